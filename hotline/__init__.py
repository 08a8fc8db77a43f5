"""The core of the hotline: its vocabulary, its record and its rules. Imports no other package of ours."""
