"""One file for each way to answer the same questions; each has `load(material)` and imports its library there.

A contender's venv has only its own library beside what the project's has, so these files import nothing of each other
(ours share one).
"""
