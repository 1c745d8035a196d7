"""One Airflow task for each store and report notebook, every Tuesday, then the index and the message.

Set AIRFLOW_VAR_OPSBOOK_FOLDER to the checkout (else it is /opt/opsbook), and AIRFLOW_VAR_OPSBOOK_STORES to the ids of
the stores, separated by blanks. The week is the one that had ended on the day of the run, whenever a task starts.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from airflow.providers.papermill.operators.papermill import PapermillOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

FOLDER = Path(os.environ.get("AIRFLOW_VAR_OPSBOOK_FOLDER", "/opt/opsbook"))
STORES = os.environ.get("AIRFLOW_VAR_OPSBOOK_STORES", "shoes home").split()
NOTEBOOKS = sorted(path.stem for path in (FOLDER / "notebooks").glob("[0-9][0-9]_*.ipynb"))
OPSBOOK = f"cd {FOLDER} && .venv/bin/opsbook"
TUESDAY = "{{ logical_date.strftime('%Y-%m-%d') }}"
SATURDAY = "{{ (logical_date - macros.timedelta(days=(logical_date.weekday() + 2) % 7)).strftime('%Y-%m-%d') }}"

with DAG(
    "opsbook",
    schedule="0 12 * * TUE",
    start_date=datetime(2026, 9, 1),
    catchup=False,
    default_args={"retries": 1, "retry_delay": timedelta(minutes=5)},
) as dag:
    take_in = BashOperator(task_id="import", bash_command=f"{OPSBOOK} import data/inbox --quiet")
    drafts = [
        PapermillOperator(
            task_id=f"{store}-{notebook}",
            input_nb=str(FOLDER / "notebooks" / f"{notebook}.ipynb"),
            output_nb=f"/tmp/opsbook-{store}-{SATURDAY}-{notebook}.ipynb",
            parameters={
                "store": store,
                "week": SATURDAY,
                "warehouse": f"{FOLDER}/data/warehouse",
                "data": f"{FOLDER}/data",
            },
            kernel_name="python3",
            language_name="python",
        )
        for store in STORES
        for notebook in NOTEBOOKS
    ]
    pages = BashOperator(task_id="weekly", bash_command=f"{OPSBOOK} weekly --as-of {TUESDAY} --quiet")
    tell = BashOperator(
        task_id="notify", bash_command=f"{OPSBOOK} notify --as-of {TUESDAY}", trigger_rule="all_done", retries=0
    )
    take_in >> drafts >> pages >> tell
