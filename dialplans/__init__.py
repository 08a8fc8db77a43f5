"""Asterisk's configuration and voice prompts, rendered from the city's lines, queues and seats."""
