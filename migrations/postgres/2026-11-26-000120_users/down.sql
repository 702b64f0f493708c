DROP TABLE user_session_routes;
DROP TABLE user_sessions;
DROP TABLE user_invitation_routes;
DROP TABLE user_invitations;
DROP TABLE user_recovery_codes;
DROP TABLE user_login_routes;
DROP TABLE users;
