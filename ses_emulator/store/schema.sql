-- Resources of the AWS APIs, as JSON documents in v2's shape.
CREATE TABLE documents (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    kind TEXT NOT NULL,
    parent TEXT NOT NULL,      -- the resource that this one belongs to, or ''
    name TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (account, region, kind, parent, name)
) WITHOUT ROWID;

-- What a list shows of a message. The raw bytes stand apart so that this table stays small.
CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    received REAL NOT NULL,    -- epoch seconds, UTC
    api TEXT NOT NULL,
    operation TEXT NOT NULL,
    status TEXT NOT NULL,
    mail_from TEXT NOT NULL,
    sender TEXT NOT NULL,      -- the From header, decoded
    subject TEXT NOT NULL,
    configuration_set TEXT,
    size INTEGER NOT NULL,     -- bytes of the raw message
    document TEXT NOT NULL,    -- JSON: to, cc, bcc, tags, source_ip, findings
    snippet TEXT,              -- null until the message was indexed
    attachment_count INTEGER
);

CREATE TABLE raw (
    seq INTEGER PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    content BLOB NOT NULL
);

-- The call that made a message, or that was refused and made none: then its message has the status
-- failed. Of the messages that a call made, the first keeps it.
CREATE TABLE calls (
    seq INTEGER PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    service TEXT NOT NULL,     -- ses or sesv2
    operation TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    query TEXT NOT NULL,
    user_agent TEXT,
    access_key TEXT,
    http_status INTEGER NOT NULL,
    length INTEGER NOT NULL,   -- bytes of the body
    body BLOB
);

-- The envelope's recipients, in order.
CREATE TABLE recipients (
    seq INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
    position INTEGER NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (seq, position)
) WITHOUT ROWID;

CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
    type TEXT NOT NULL,
    timestamp REAL NOT NULL,
    recipients TEXT NOT NULL,  -- JSON list
    detail TEXT NOT NULL,      -- JSON object
    -- 1 until it was found out where it is to be published, if it may be published at all
    pending INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX events_by_message ON events (seq);
CREATE INDEX events_pending ON events (id) WHERE pending;

-- What is to be published, or was. An id is not given again: a delivery may be under way when its
-- message is deleted.
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event INTEGER NOT NULL REFERENCES events ON DELETE CASCADE,
    destination TEXT NOT NULL, -- those of the same wait for each other, and for no others
    target TEXT NOT NULL,      -- JSON object
    status TEXT NOT NULL,      -- waiting, delivered or failed
    due REAL NOT NULL,         -- epoch seconds, UTC; not before
    tries INTEGER NOT NULL,    -- since it was last asked for
    attempts TEXT NOT NULL,    -- JSON list
    body TEXT                  -- the document that is published; null before the first attempt
);
CREATE INDEX deliveries_by_event ON deliveries (event);
CREATE INDEX deliveries_waiting ON deliveries (destination, due) WHERE status = 'waiting';

-- What was sent, by second; deleting a message does not take it back from a quota.
CREATE TABLE sendings (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    second INTEGER NOT NULL,
    recipients INTEGER NOT NULL,   -- delivery attempts
    charged INTEGER NOT NULL,      -- of them, those that count against the daily quota
    PRIMARY KEY (account, region, second)
) WITHOUT ROWID;

-- What messages are chosen and counted by, in rows so narrow that all of them can be looked at for
-- every search. Filled behind the writes, in the order of seq; its highest one is how far it got.
-- Lists are texts with a line for each entry, and line ends around them.
CREATE TABLE listed (
    seq INTEGER PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    unread INTEGER NOT NULL DEFAULT 1,
    status TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    api TEXT NOT NULL,
    configuration_set TEXT,
    template TEXT,
    received REAL NOT NULL,
    size INTEGER NOT NULL,
    attachments INTEGER,       -- null until the message was indexed
    events TEXT NOT NULL,      -- types
    sender TEXT NOT NULL,      -- the From header, and the envelope's sender
    recipients TEXT NOT NULL,  -- the envelope's
    cc TEXT NOT NULL,
    subject TEXT NOT NULL,
    tags TEXT NOT NULL         -- name=value
);
CREATE INDEX listed_unread ON listed (unread);
CREATE TRIGGER listed_follows AFTER UPDATE OF status, attachment_count ON messages BEGIN
    UPDATE listed SET status = new.status, attachments = new.attachment_count, events = char(10) || (
        SELECT coalesce(group_concat(type, char(10)), '') FROM events WHERE events.seq = new.seq
    ) || char(10) WHERE seq = new.seq;
END;

-- Filled behind the writes, in the order of seq; its highest rowid is how far it got. All rows have
-- the same word in every: what is not to be found is taken away from that.
CREATE VIRTUAL TABLE search USING fts5 (
    id, subject, addresses, body, every,
    tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2'
);
