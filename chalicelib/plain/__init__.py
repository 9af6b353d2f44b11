"""Plain words for doctors' words: a glossary, scales explained, and how easy a text reads."""
