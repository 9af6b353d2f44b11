"""How Hokan gets built, deployed and run on one machine.  Nothing here ships in the Lambda."""
