"""What language models are told, as files with versions."""
