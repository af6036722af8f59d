"""Messages on their way out, each delivered once."""
