"""Package `retrieval`."""
