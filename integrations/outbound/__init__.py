"""Publishers: where approved messages go."""
