DROP TABLE listener_routes;
DROP TABLE listeners;
DROP TABLE stall_link_routes;
DROP TABLE stall_links;
