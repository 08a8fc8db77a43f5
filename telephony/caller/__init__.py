"""The other side of the trunk, for trying the hotline without a carrier: a second, small Asterisk that places calls
with sound and digits, answers the hotline's own calls, and tells in numbers how each of them went.
"""
