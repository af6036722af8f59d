"""What the model may call: lookups and arithmetic as langchain tools whose results carry ids of the turn."""
