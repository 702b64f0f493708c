-- The people who work at the desk, how they were invited, and where they are signed in.

CREATE TABLE users (
    board_id BIGINT NOT NULL REFERENCES boards (board_id),
    id BIGINT NOT NULL,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'organiser', 'team_member', 'official')),
    -- Ids of sections, joined by spaces; none: the whole board.
    sections TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    -- The secret of an authenticator app, and since when its codes are asked for.
    totp_sealed BLOB,
    totp_since_ms BIGINT,
    -- The last step whose code was used.
    totp_step BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    disabled_at_ms BIGINT,
    PRIMARY KEY (board_id, id)
);

-- The board of a login, as logins are compared.
CREATE TABLE user_login_routes (
    login_key TEXT PRIMARY KEY NOT NULL,
    board_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL
);

-- Codes for whoever lost the app, each good once.
CREATE TABLE user_recovery_codes (
    board_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    code_hash TEXT NOT NULL,
    PRIMARY KEY (board_id, user_id, code_hash),
    FOREIGN KEY (board_id, user_id) REFERENCES users (board_id, id)
);

CREATE TABLE user_invitations (
    board_id BIGINT NOT NULL REFERENCES boards (board_id),
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'organiser', 'team_member', 'official')),
    sections TEXT NOT NULL,
    created_by BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    used_by BIGINT,
    used_at_ms BIGINT,
    revoked_at_ms BIGINT,
    PRIMARY KEY (board_id, id)
);

-- The board of an invitation, by the hash of its token.
CREATE TABLE user_invitation_routes (
    token_hash TEXT PRIMARY KEY NOT NULL,
    board_id BIGINT NOT NULL,
    invitation_id BIGINT NOT NULL
);

-- Ended ones are removed.
CREATE TABLE user_sessions (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    -- Whether the code of the app was entered, where one is asked for.
    is_proved BOOLEAN NOT NULL,
    wrong_count INTEGER NOT NULL,
    began_at_ms BIGINT NOT NULL,
    last_seen_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, user_id) REFERENCES users (board_id, id)
);
CREATE INDEX user_sessions_by_user ON user_sessions (board_id, user_id);

-- The board of a session, by the hash of its cookie.
CREATE TABLE user_session_routes (
    token_hash TEXT PRIMARY KEY NOT NULL,
    board_id BIGINT NOT NULL,
    session_id BIGINT NOT NULL
);

-- A key that could do everything still can.
UPDATE api_keys SET permissions = permissions || ' users.write'
WHERE permissions LIKE '%keys.write%' AND permissions LIKE '%registry.write%'
    AND permissions LIKE '%amounts.read%';
