"""Package `retrieval.search`."""
