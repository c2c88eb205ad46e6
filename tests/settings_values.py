"""Per variable of the environment what should stop the start, and what should not."""

from portal_project.environment import POSTGRES

# Stands for a secret, whole and in pieces: nothing that is said may hold any of them.
SECRET = "hunt#er2"
PIECES = ("hunt", "er2")

NOT_BOOLEAN = [
    "",
    " ",
    "maybe",
    "2",
    "-1",
    "Yes!",
    "True,False",
    "ｔｒｕｅ",
    "None",
    "True\u200b",
    "$DEBUG",
    "t" * 100_000,
]
NOT_INTEGER = ["", " ", "many", "-1", "1.0", "1e1", "٣", "²", "0x1", "1_0", "+1", "9" * 5000, "1001", "1 2"]

WRONG = {
    "DEBUG": NOT_BOOLEAN,
    "SECRET_KEY": [
        *(
            "",
            " ",
            "\t\n",
            SECRET,
            "changeme",
            "x" * 31,
            " " * 60,
            f"{SECRET}{'x' * 50}\u200b",
            f"{SECRET}{'x' * 50}\n",
        ),
        *("\udcff" * 50, f"{SECRET}{'x' * 50}\x1b[2J"),
    ],
    "SECRET_KEY_FALLBACKS": [
        *(
            " ",
            "\t\n",
            "short",
            SECRET,
            "x" * 31,
            f"{'x' * 50} short",
            f"{'x' * 50},{SECRET}\x7f",
            f"{SECRET}{'x' * 50}\u200b",
        ),
        *("\udcff" * 50, f"{SECRET}{'x' * 50}\x1b[2J", f"{'x' * 50}\x00"),
    ],
    "ALLOWED_HOSTS": [
        *("", " , ", "https://portal.example.com", "portal.example.com:8000", "portal.example.com/", "['a']"),
        *('["portal.example.com"]', "a b", "a;b", "*.example.com", "::1", "[::1", "[zz]", "my_host", "münchen.example"),
        *("portal..example.com", "portal.example.com.", ".", "user@portal.example.com", "a,b:80", "a\u200b"),
    ],
    "PORTAL_URL": [
        *(
            "",
            "portal.example.com",
            "http://",
            "https:///",
            "ftp://portal.example.com",
            "https://portal.example.com/?a=b",
        ),
        *(
            "https://portal.example.com/#top",
            f"https://user:{SECRET}@portal.example.com",
            "https://@portal.example.com",
        ),
        *("https://portal .example.com", "https://portal.example.com/a b", "https://portal.example.com/shop"),
        *("https://portal.example.com:port", "https://portal.example.com:70000", "https://portal.example.com:0"),
        *("https://[::1", "https://münchen.example", "https://a,https://b", "//portal.example.com", "https://a\u200b"),
    ],
    "ALLOW_SIGNUP": NOT_BOOLEAN,
    "ADMIN_REQUIRES_MFA": NOT_BOOLEAN,
    "DATABASE_URL": [
        *(
            "",
            "localhost",
            "mysql://a@b/c",
            "postgres:",
            "postgres://",
            "postgres://db",
            "postgres://db/",
            "postgres:/db/n",
        ),
        *(f"postgres://u:{SECRET}@db/name", "postgres://u:hunter2@db:port/name", "postgres://u:hunter2@db:70000/name"),
        *("postgres://u:hunter2@db:0/name", "postgres://u:hunt/er2@db/name", "postgres://u:hunt[er2@db/name"),
        *("postgres://u:hunter2@d b/name", "postgres://u:hunter2@db!/name", "postgres://u:hunter2@db,:70000/name"),
        *("postgres://db/name?sslmode=never", "postgres://db/name?nonsense=1", "postgres://db/name?sslmode"),
        *("postgres://db/name\u200b", "postgres://db/na%00me", "postgres://[::1/name", f"'postgres://u:{SECRET}@db/n'"),
        *("sqlite:", "sqlite://", "sqlite:///", "sqlite://:memory:", "sqlite://host/db.sqlite3", "sqlite:///a?mode=ro"),
        *("sqlite:///a#1", "sqlite:///a%00b", "sqlite:////tmp", "sqlite:////no/such/folder/a", "sqlite:////dev/null/a"),
        *("sqlite:///no/such/folder/a", f"sqlite:////tmp/{'a' * 5000}", "/tmp/db.sqlite3"),
    ],
    "DATABASE_POOL_SIZE": NOT_INTEGER,
    "FILES_DIR": [
        *("", " ", "files", "./files", "../files", "~/files", "$HOME/files", "file:///tmp", "C:\\files", "/dev/null"),
        *("/dev/null/files", f"/tmp/{'a' * 5000}", "'/tmp'"),
    ],
    "CACHE_URL": [
        *(
            "",
            "nonsense",
            "dbcache://",
            "dbcache:///table",
            "dbcache://my-table",
            "dbcache://a/b",
            "redis://",
            "redis:///0",
        ),
        *(f"redis://:{SECRET}@cache/0", "redis://cache:port/0", "redis://cache/zero", "redis://cache/0?nonsense=1"),
        # Right, but for a package that the portal itself does not need.
        *("redis://:hunter2@cache:6379/0", "memcache://cache", "http://cache", "locmemcache", "locmemcache://a/b"),
    ],
    "MERCHANT_LANGUAGE": [
        "",
        "english",
        "e",
        "en_GB",
        "en-",
        "-en",
        "en gb",
        "nl\u200b",
        "日本語",
        "a" * 100_000,
        "\udcff",
    ],
    "TIME_ZONE": [
        *(
            "",
            "Europe",
            "Europe/Nowhere",
            "europe/amsterdam/",
            "../UTC",
            "/etc/localtime",
            "+01:00",
            "UTC+1",
            "CEST",
            "1",
        ),
        *("Europe\\Amsterdam", "Europe/Amsterdam\u200b", "a" * 100_000, "\udcff"),
    ],
    "EMAIL_URL": [
        *(
            "",
            "nonsense",
            "smtp://",
            "smtps://",
            "smtp+tls:///",
            "smtp+tls://user:hunter2@",
            f"smtp://user:{SECRET}@mail",
        ),
        *("smtp://user@mail", "smtp://:hunter2@mail", "smtp://mail:port", "smtp://mail:70000", "smtp://mail:0"),
        *("smtp+tls://user:hunter2@mail:465", "smtp+starttls://mail", "http://mail", "mail.example.com:587"),
        *(
            "smtp://mail/path",
            "smtp://mail?tls=1",
            "smtp://user:hünter2@mail",
            "smtp://ma il",
            "smtp://user:hunt/er2@mail",
        ),
        *(
            "filemail://",
            "filemail:///",
            "filemail://folder/a",
            "filemail:///dev/null",
            "consolemail://mail",
            "consolemail",
        ),
    ],
    "DEFAULT_FROM_EMAIL": [
        *("", " ", "Acme, Inc. <p@acme.example>", "p@acme.example, q@acme.example", "p@acme.example;q@acme.example"),
        *("Acme", "p@", "@acme.example", "p@acme", "Acme <p@acme.example", "p@acme.example>", "Acme p@acme.example"),
        *(
            "Acme <>",
            "a@b@acme.example",
            "Acme: b <p@acme.example>",
            "Acme <p@acme.example> x",
            "A\nBcc: <p@acme.example>",
        ),
        *("Acme\u200b <p@acme.example>", "pé@acme.example", '"Acme <p@acme.example>"'),
    ],
    "WORKER_PROCESSES": [*NOT_INTEGER, "0"],
    "PROVIDERS": [
        *("domain", "domain=", "=acme.Registrar", "domain=acme", "domain=acme.Registrar;other=acme.Other", ","),
        *("domain=acme.Registrar,domain=acme.Other", "domain = acme.Registrar", "domain=acme.1st", "domain=acme.Rég"),
        *("Domain=acme.Registrar", "domain=acme.Registrar()", "domain=acme..Registrar", "d" * 100_000),
    ],
    "SECURE_SSL": NOT_BOOLEAN,
    "BEHIND_PROXY": NOT_BOOLEAN,
}

# With what some of the settings then are.
RIGHT = [
    *(("DEBUG", value, {"DEBUG": True}) for value in ("True", "true", "1", "yes", "ON", " True\r")),
    *(("DEBUG", value, {"DEBUG": False}) for value in ("False", "0", "no", "Off")),
    *(("SECRET_KEY", key, {"SECRET_KEY": key}) for key in ("$" + "x" * 50, "${X}#'\"\\é" * 5, "x" * 32, " y" * 30)),
    ("SECRET_KEY_FALLBACKS", "", {"SECRET_KEY_FALLBACKS": []}),
    ("SECRET_KEY_FALLBACKS", f" {'x' * 32}  {'$#' * 20} ", {"SECRET_KEY_FALLBACKS": ["x" * 32, "$#" * 20]}),
    ("ALLOWED_HOSTS", "[::1]", {"ALLOWED_HOSTS": ["[::1]"]}),
    ("ALLOWED_HOSTS", " A.example , .b.example,10.0.0.7,", {"ALLOWED_HOSTS": ["a.example", ".b.example", "10.0.0.7"]}),
    ("ALLOWED_HOSTS", "*", {"ALLOWED_HOSTS": ["*"]}),
    ("PORTAL_URL", "https://Portal.example.com:8443/", {"PORTAL_URL": "https://portal.example.com:8443"}),
    ("PORTAL_URL", "https://a.example", {"CSRF_TRUSTED_ORIGINS": ["https://a.example"]}),
    ("PORTAL_URL", "http://[::1]:8000", {"PORTAL_URL": "http://[::1]:8000"}),
    ("ALLOW_SIGNUP", "yes", {"ALLOW_SIGNUP": True}),
    ("ADMIN_REQUIRES_MFA", "on", {"ADMIN_REQUIRES_MFA": True}),
    ("DATABASE_URL", "postgres://u:$a%40b%23c%2Fd%25%2B+@db:5433/n", {"PASSWORD": "$a@b#c/d%++", "PORT": 5433}),
    (
        "DATABASE_URL",
        "postgresql://%24u:é,@db/a+b%20c",
        {"NAME": "a+b c", "USER": "$u", "PASSWORD": "é,", "HOST": "db"},
    ),
    (
        "DATABASE_URL",
        "postgres://u@[::1]:5432/n?sslmode=require",
        {"HOST": "::1", "OPTIONS": POSTGRES | {"sslmode": "require"}},
    ),
    ("DATABASE_URL", "postgres://u@one:5432,two:5433/n", {"HOST": "one,two", "PORT": "5432,5433"}),
    ("DATABASE_URL", "postgres:////var/run/postgresql/n", {"HOST": "/var/run/postgresql", "NAME": "n"}),
    ("DATABASE_URL", "postgres:///n", {"HOST": "", "NAME": "n"}),
    ("DATABASE_URL", "sqlite:///:memory:", {"NAME": ":memory:"}),
    ("DATABASE_URL", "sqlite:////tmp/a+b%20%23%3F%25é.sqlite3", {"NAME": "/tmp/a+b #?%é.sqlite3"}),
    *(("DATABASE_POOL_SIZE", value, {}) for value in ("0", " 8 ", "08", "1000")),
    ("FILES_DIR", "/tmp/portal #1?/not/there/yet", {"MEDIA_ROOT": "/tmp/portal #1?/not/there/yet"}),
    ("CACHE_URL", "locmemcache://", {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}),
    ("CACHE_URL", "dbcache://Portal_1", {"LOCATION": "Portal_1"}),
    *(
        ("MERCHANT_LANGUAGE", code, {"MERCHANT_LANGUAGE": code.lower()})
        for code in ("en", "nl", "PT-br", "zh-hant", "fy")
    ),
    *(("TIME_ZONE", name, {"TIME_ZONE": name}) for name in ("UTC", "Europe/Amsterdam", "America/Argentina/Ushuaia")),
    (
        "EMAIL_URL",
        "smtp+tls://$u:$a%40b@mail",
        {"EMAIL_HOST_PASSWORD": "$a@b", "EMAIL_PORT": 587, "EMAIL_USE_TLS": True},
    ),
    ("EMAIL_URL", "smtp+ssl://u%40a:p@mail", {"EMAIL_HOST_USER": "u@a", "EMAIL_PORT": 465, "EMAIL_USE_SSL": True}),
    ("EMAIL_URL", "smtps://u:p@mail:2525", {"EMAIL_HOST": "mail", "EMAIL_PORT": 2525, "EMAIL_USE_TLS": True}),
    ("EMAIL_URL", "smtp://localhost", {"EMAIL_HOST": "localhost", "EMAIL_PORT": 25}),
    ("EMAIL_URL", "filemail:///tmp/a+b%23c/mails", {"EMAIL_FILE_PATH": "/tmp/a+b#c/mails"}),
    ("EMAIL_URL", "consolemail://", {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}),
    *(
        ("DEFAULT_FROM_EMAIL", value, {"DEFAULT_FROM_EMAIL": value})
        for value in (
            '"Acme, Inc." <p@acme.example>',
            "p@acme.example",
            "Café Łódź <p@acme.example>",
            "Acme Inc. <p@localhost>",
        )
    ),
    ("WORKER_PROCESSES", "4", {}),
    ("PROVIDERS", "", {"PROVIDERS": {}}),
    (
        "PROVIDERS",
        " domain=acme.registrar.Registrar, mailbox=acme.Mail ,",
        {"PROVIDERS": {"domain": "acme.registrar.Registrar", "mailbox": "acme.Mail"}},
    ),
    ("SECURE_SSL", "False", {"SECURE_SSL": False}),
    ("BEHIND_PROXY", "on", {"ALLAUTH_TRUSTED_PROXY_COUNT": 1}),
]
