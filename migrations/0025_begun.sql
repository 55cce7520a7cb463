-- Runs that were handed out before attempts were counted that have passed their agent's checks: each of theirs that
-- ended without a result may have, and the one that runs has. So a dead one is not redriven with attempts that its
-- agents no longer give it.
UPDATE run SET begun = failures + (state = 'running') WHERE begun = 0 AND redriven = 0 AND claimed IS NULL AND fence > 0;
