"""The provider's box: searched, read, corrected, and told in figures."""
