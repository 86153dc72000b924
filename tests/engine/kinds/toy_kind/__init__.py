"""A kind of data as a newcomer would add it: the folder ``series`` beside this file, and nothing else.

`test_new_kind` puts it among the kinds of a copy of the engine, and takes a study of it from the search to a bundle.
"""
