DROP TABLE adoption_targets;
DROP TABLE published_reports;
UPDATE api_keys SET permissions = replace(permissions, ' reports.publish', '');
