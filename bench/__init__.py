"""How fast it is, measured beside the limit of the parts that it stands on. Run with `python -m bench [name …]`.

A benchmark is a module with `run() -> Measured`; figures go to `bench/results/<name>.json`.
"""
