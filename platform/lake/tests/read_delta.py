# Prints, for each version of a Delta table, what a query over it returns, as one line of JSON.
import json
import sys

from deltalake import DeltaTable, QueryBuilder

folder, sql = sys.argv[1:]
for version in range(DeltaTable(folder).version() + 1):
    found = QueryBuilder().register("t", DeltaTable(folder, version=version)).execute(sql).read_all()
    print(json.dumps([column.to_pylist() for column in found.columns]))
