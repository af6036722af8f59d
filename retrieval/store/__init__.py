"""Package `retrieval.store`."""
