"""Who may use what: docs/architecture.md's arrows, written down once for the machine.

There is no list of tolerated edges. A new folder, or a new arrow, is a change of this table.
"""

SHARED = {
    "shared/record": set(),
    "shared/catalog": {"shared/record"},
    "shared/rules": {"shared/record", "shared/catalog"},
    "shared/keys": {"shared/record"},
    "shared/vault": {"shared/record", "shared/keys"},
    "shared/ledger": {"shared/record", "shared/keys"},
}

SYNC_PROTOCOL = {
    "sync_protocol/message": set(SHARED),
    "sync_protocol/codec": set(SHARED) | {"sync_protocol/message"},
    "sync_protocol/merge": set(SHARED) | {"sync_protocol/message", "sync_protocol/codec"},
    "sync_protocol/casework": set(SHARED) | {"sync_protocol/message", "sync_protocol/codec"},
    "sync_protocol/erasure": set(SHARED),
    "sync_protocol/session": set(SHARED)
    | {"sync_protocol/message", "sync_protocol/codec", "sync_protocol/merge"},
}

BOTH_ENDS = set(SHARED) | set(SYNC_PROTOCOL)

# What both ends' transport files share: Asio behind the session's interfaces.
TRANSPORT = {"sync_protocol/transport": {"sync_protocol/session"}}


def _upon(below, edges):
    return {folder: below | allowed for folder, allowed in edges.items()}


SERVER = _upon(
    BOTH_ENDS,
    {
        "server/store": set(),
        "server/store/rows": {"server/store"},
        "server/store/postgres": {"server/store", "server/store/rows"},
        "server/store/sqlite": {"server/store", "server/store/rows"},
        "server/config": set(),
        "server/committer": {"server/store"},
        # Who may work, when and from what is decided on the control state that the committer keeps.
        "server/account": {"server/store", "server/committer"},
        "server/session": {
            "server/store",
            "server/committer",
            "server/account",
            "server/ledger",
        },
        # Takes a record out by law.
        "server/erasure": {"server/store"},
        # Heads, proofs and incidents of the Merkle tree; the audit of a store against it.
        "server/ledger": {"server/store", "server/committer"},
        # A device enrols in a session.
        "server/device": {"server/store", "server/committer", "server/account", "server/session"},
        "server/founding": {
            "server/store",
            "server/store/postgres",
            "server/store/sqlite",
            "server/committer",
            "server/device",
        },
        # From store to store by their verbs: whole, or what is new.
        "server/copying": {"server/store"},
        "server/moving": {
            "server/copying",
            "server/founding",
            "server/store",
            "server/store/postgres",
        },
        # How a command asks the server that runs.
        "server/request": {"server/founding", "server/store/sqlite"},
        # Drives the change of the store's key, and asks for it.
        "server/rekey": {
            "server/store",
            "server/store/sqlite",
            "server/committer",
            "server/founding",
            "server/request",
        },
        # Copies a store in use, and asks for that; puts it back.
        "server/backup": {
            "server/copying",
            "server/ledger",
            "server/store",
            "server/store/sqlite",
            "server/founding",
            "server/request",
        },
        # What an operator asks of a server's store.
        "server/inspection": {
            "server/committer",
            "server/config",
            "server/erasure",
            "server/founding",
            "server/ledger",
            "server/request",
            "server/store",
            "server/store/postgres",
            "server/store/sqlite",
        },
        "server/listener": {"sync_protocol/transport"},
        # What the committer and the sessions tell of themselves, for monitoring.
        "server/metrics": {"server/store", "server/committer"},
        # The parts put together, for main.cpp and for tests of the whole server.
        "server/service": {
            "server/account",
            "server/backup",
            "server/committer",
            "server/config",
            "server/device",
            "server/founding",
            "server/inspection",
            "server/ledger",
            "server/listener",
            "server/metrics",
            "server/rekey",
            "server/session",
            "server/store",
            "server/store/postgres",
            "server/store/sqlite",
        },
    },
)
SERVER["server"] = BOTH_ENDS | set(SERVER)

CLIENT = _upon(
    BOTH_ENDS,
    {
        # How names are read, for searching them.
        "client/pinyin": set(),
        "client/replica": {"client/pinyin"},
        "client/casework": {"client/replica"},
        # The users' actions by name, as drafts over a replica.
        "client/workflow": {"client/replica"},
        "client/roster": set(),
        "client/spreadsheet": set(),
        "client/importing": {"client/replica", "client/roster"},
        "client/identity": set(),
        "client/access": {"client/identity", "client/replica"},
        "client/agent": {"client/replica", "client/identity", "sync_protocol/transport"},
        "client/words": {
            "client/replica",
            "client/casework",
            "client/workflow",
            "client/roster",
            "client/agent",
            "client/access",
        },
        "client/workbench/api": {
            "client/replica",
            "client/casework",
            "client/workflow",
            "client/spreadsheet",
            "client/roster",
            "client/importing",
            "client/agent",
            "client/identity",
            "client/words",
        },
        "client/workbench/http": {"client/workbench/api", "sync_protocol/transport"},
        # The built pages, embedded, as what the listener hands out.
        "client/web": {"client/workbench/http"},
        "client/cli": {
            "client/access",
            "client/replica",
            "client/casework",
            "client/workflow",
            "client/roster",
            "client/importing",
            "client/agent",
            "client/identity",
            "client/words",
            "client/workbench/api",
            "client/workbench/http",
            "client/web",
        },
    },
)
CLIENT["client"] = BOTH_ENDS | set(CLIENT)

# Folder -> the folders that it may include, itself aside. tests/ may include everything but another
# folder's detail/; nothing outside tests/ may include tests/.
LAYERS = SHARED | SYNC_PROTOCOL | TRANSPORT | SERVER | CLIENT

TRANSPORT_FOLDERS = [
    "sync_protocol/transport",
    "server/listener",
    "client/agent/wire_client.cpp",
    "client/agent/detail/tls_stream.hpp",
    "client/workbench/http",
    "cmake/asio",
]

# Start of a third party's include -> (where it may stand, why). A place is a folder (with all below
# it) or a file. Files end in .cpp: such headers stay out of ours, `detail/` aside.
CONFINED_HEADERS = {
    "boost/asio": (
        TRANSPORT_FOLDERS,
        "sockets belong to the transport files alone, and one such file costs half a minute",
    ),
    "boost/beast": (
        TRANSPORT_FOLDERS,
        "sockets belong to the transport files alone, and one such file costs half a minute",
    ),
    "cereal/": (["sync_protocol/codec"], "only the bounded archive may see cereal"),
    "SQLiteCpp/": (
        ["server/store/sqlite", "client/replica"],
        "rows belong to the stores; others speak their verbs",
    ),
    "sqlite3": (
        ["server/store/sqlite", "client/replica", "shared/vault"],
        "rows belong to the stores; others speak their verbs",
    ),
    "postgresql/": (["server/store/postgres"], "rows belong to the stores; others speak their verbs"),
    "boost/json": (
        ["server", "client", "sync_protocol", "shared"],
        "a heavy header",
    ),
}

# Declarations alone, which cost nothing.
LIGHT_HEADERS = {"boost/json/fwd.hpp"}

# Included nowhere: they pull in the whole library.
FORBIDDEN_HEADERS = {
    "boost/asio.hpp": "all of Asio: include the narrow headers",
    "boost/beast.hpp": "all of Beast: include the narrow headers",
    "boost/json/src.hpp": "Boost.JSON is linked",
}

# The adapters: files whose purpose is to touch the clock, the random source or the file system.
# Everything else takes Clock, Random, Disk as a parameter.
ADAPTERS = [
    "shared/keys/system.cpp",
    "shared/keys/private_file.cpp",
    "shared/vault/storage_file.cpp",
    "server/store/sqlite",
    "client/replica",
    "client/roster/roster_file.cpp",
    "client/spreadsheet/spreadsheet.cpp",
    "server/founding/store_key.cpp",
    "client/cli",
    "cmake/fuzz",
]

# Tests make and read files as they need to; a real clock or random source is still refused, except
# where real programs are run and measured.
TESTS_WITH_REAL_TIME = ["tests/support", "tests/demo", "tests/e2e", "tests/bench"]
