"""The life of a warm kernel beside that of a cold one: start, what a report notebook imports, a table, a figure, end.

The server of the warm kernels is started before the clock; the first kernel of a batch waits for it about as long as a
cold kernel takes for its imports.
"""

import nbformat
import pytest
from nbclient import NotebookClient

from opsbook.report import kernels

CELLS = (
    "import numpy as np, pandas as pd, seaborn as sns\nfrom scipy import stats",
    "table = pd.DataFrame({'channel': list('abcd'), 'visits': [4, 3, 2, 1]})\ntable",
    "ax = sns.barplot(table, x='channel', y='visits', errorbar=None)",
)


@pytest.fixture(scope="module", autouse=True)
def server():
    with kernels.warm() as choice:
        assert choice.name == kernels.WARM, choice.reason
        yield


def life(kernel, cells):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, kernel_name=kernel).execute()


@pytest.mark.parametrize("kernel", [kernels.COLD, kernels.WARM])
@pytest.mark.parametrize("cells", [("1",), CELLS], ids=["one-cell", "imports-table-figure"])
def test_life_of_a_kernel(benchmark, kernel, cells):
    benchmark.pedantic(life, args=(kernel, cells), rounds=7, warmup_rounds=1)
    assert kernel == kernels.COLD or kernels.used() == {"kernel": "warm"}
