"""How the rows of each kind become rows of the record, in statements over a whole batch.

A batch stands in the temporary table `staging`: the fields of its kind by name, empty ones NULL, and before them
`is_new`, `subject` (the id that the row has, or is to have), `row`, `digest` in hex, and what the kind adds itself.
The statements know `source`, `run` and `at`.
"""

from hotline.imports.into import calls, citizens, knowledge, tickets
from hotline.imports.load import Loading

LOADINGS: dict[str, Loading] = {
    loading.kind.name: loading
    for loading in (tickets.LOADING, citizens.LOADING, calls.LOADING, knowledge.LOADING)
}
