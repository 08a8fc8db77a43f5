"""What a city's own tickets teach: models that name the likely matter of a text, with confidence and evidence.

The core is pure: examples in, a model out, the same for the same. NumPy is needed to use a model, SciPy and
scikit-learn to make one; no package but this imports them.
"""
