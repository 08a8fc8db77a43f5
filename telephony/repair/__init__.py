"""Repair: what nobody of ours was there to hear is read from Asterisk's own records, `queue_log` and its channel log
(CEL), so that every call that it handled stands in the record once, as it was.
"""
