"""Domain, language models, grounding and use cases of Rumbo."""
