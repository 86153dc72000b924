"""Texts: tokens, vocabularies, baselines on words, what bundles hold of them."""
