"""What tests share: the world on moto, people who call, and ordinary things to send."""
