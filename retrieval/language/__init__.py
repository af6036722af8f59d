"""Package `retrieval.language`."""
