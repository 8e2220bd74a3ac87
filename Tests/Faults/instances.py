"""Instances in Nova's databases: those of the dump by name, and copies of one of them, as many as are wanted."""
import dataclasses
import json

CELL = "nova_cell1"
TABLES = {
    "instances": "uuid", "instance_extra": "instance_uuid", "instance_info_caches": "instance_uuid",
    "instance_metadata": "instance_uuid", "instance_system_metadata": "instance_uuid",
    "block_device_mapping": "instance_uuid", "instance_id_mappings": "uuid",
}


@dataclasses.dataclass(frozen=True)
class Instance:
    id: str
    project: str


def named(place):
    """The dump's instances."""
    lines = (json.loads(line) for line in (place / "instances.jsonl").read_text().split("\n") if line)
    return {line["name"]: Instance(line["uuid"], line["project_id"]) for line in lines}


def copies(original, count, series=1):
    """The instances that `copy` makes. Copies of different series are different ones."""
    return [Instance(f"00000000-0000-4000-{0x8000 + series:04x}-{n:012x}", original.project)
            for n in range(1, count + 1)]


def copy(database, original, count, series=1):
    """Copy the rows of `original`, which is in cell1, and its mapping; each copy is an instance with an id of its own.
    """
    new_id = f"CONCAT('00000000-0000-4000-{0x8000 + series:04x}-', LPAD(LOWER(HEX(seq.seq)), 12, '0'))"
    statements = [
        rows(database, CELL, table, column, new_id, original, count) for table, column in TABLES.items()]
    statements.append(rows(database, "nova_api", "instance_mappings", "instance_uuid", new_id, original, count))
    database.sql(";\n".join(["SET unique_checks = 0, foreign_key_checks = 0", *statements]), CELL)
    return copies(original, count, series)


def rows(database, schema, table, id_column, new_id, original, count):
    """The statement that copies the rows of one table."""
    columns = [row[0] for row in database.sql(f"""
        SELECT column_name FROM information_schema.columns WHERE table_schema = '{schema}' AND table_name = '{table}'
        AND column_name <> 'id' AND generation_expression IS NULL ORDER BY ordinal_position""")]
    values = {id_column: new_id}
    if table == "block_device_mapping":
        values["uuid"] = "UUID()"
    if table == "instances":
        values["hostname"] = values["display_name"] = "CONCAT('copy-', seq.seq)"
    names = ", ".join(f"`{name}`" for name in columns)
    chosen = ", ".join(values.get(name, f"o.`{name}`") for name in columns)
    return (f"INSERT INTO {schema}.{table} ({names}) SELECT {chosen} FROM {schema}.{table} o "
            f"JOIN seq_1_to_{count} seq WHERE o.{id_column} = '{original.id}' ORDER BY seq.seq")


def give_ports(stub_data, original, new):
    """Neutron's view of the copies: each has the original's ports under ids of their own."""
    ports = [port for port in stub_data["ports"] if port["device_id"] == original.id]
    for instance in new:
        for number, port in enumerate(ports):
            stub_data["ports"].append(
                port | {"device_id": instance.id, "id": f"{number:08x}{instance.id[8:]}"})
