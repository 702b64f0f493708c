-- payOS: with its link a payment is one whether or not a report names an account.
UPDATE sightings SET namespace = 'payos:'
    || split_part(namespace, ':', 2) || '::reference'
WHERE namespace LIKE 'payos:%:%:reference' AND namespace NOT LIKE 'payos:%::reference'
  AND provider_id NOT LIKE '%/'
  AND NOT EXISTS (
    SELECT 1 FROM sightings other
    WHERE other.board_id = sightings.board_id AND other.provider_id = sightings.provider_id
      AND other.namespace <> sightings.namespace
      AND other.namespace LIKE 'payos:'
        || split_part(sightings.namespace, ':', 2)
        || ':%:reference');
UPDATE sighting_conflicts SET namespace = (
    SELECT s.namespace FROM sightings s
    WHERE s.board_id = sighting_conflicts.board_id AND s.provider_id = sighting_conflicts.provider_id
      AND s.namespace LIKE 'payos:%::reference')
WHERE namespace LIKE 'payos:%:%:reference'
  AND NOT EXISTS (
    SELECT 1 FROM sightings s
    WHERE s.board_id = sighting_conflicts.board_id AND s.provider_id = sighting_conflicts.provider_id
      AND s.namespace = sighting_conflicts.namespace)
  AND (
    SELECT count(*) FROM sightings s
    WHERE s.board_id = sighting_conflicts.board_id AND s.provider_id = sighting_conflicts.provider_id
      AND s.namespace LIKE 'payos:%::reference') = 1;
UPDATE suspected_pairs SET namespace = (
    SELECT s.namespace FROM sightings s
    WHERE s.board_id = suspected_pairs.board_id AND s.provider_id = suspected_pairs.provider_id
      AND s.namespace LIKE 'payos:%::reference')
WHERE namespace LIKE 'payos:%:%:reference'
  AND NOT EXISTS (
    SELECT 1 FROM sightings s
    WHERE s.board_id = suspected_pairs.board_id AND s.provider_id = suspected_pairs.provider_id
      AND s.namespace = suspected_pairs.namespace)
  AND (
    SELECT count(*) FROM sightings s
    WHERE s.board_id = suspected_pairs.board_id AND s.provider_id = suspected_pairs.provider_id
      AND s.namespace LIKE 'payos:%::reference') = 1;
