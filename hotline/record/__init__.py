"""The commands and questions that the record answers, one file for each thing that it knows.

Everything here works inside a transaction that somebody else opened and will commit, and writes each change
together with the fact that tells of it.
"""
