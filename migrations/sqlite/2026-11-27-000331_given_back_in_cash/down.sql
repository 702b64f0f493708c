-- What a request got is right either way by the lines that paid it; `cho40 doctor` names what an older program
-- would have counted otherwise.
SELECT 1;
