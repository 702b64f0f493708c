-- Casso's first integration is a sender of its own: its ids are not those of the second.
UPDATE account_sources SET sender = sender || ':webhook_v1'
WHERE sender LIKE 'casso:%' AND sender NOT LIKE 'casso:%:%' AND EXISTS (
    SELECT 1 FROM feeds f
    WHERE f.board_id = account_sources.board_id AND f.id = account_sources.feed_id
      AND f.provider = 'casso' AND f.config LIKE '%"v1"%');
UPDATE suspected_pairs SET sender = sender || ':webhook_v1'
WHERE sender LIKE 'casso:%' AND sender NOT LIKE 'casso:%:%'
  AND namespace NOT LIKE 'casso:%:webhook_v2';
