-- Two database users beside the owner of the tables: one for the web process, one for ingest workers of their own.
--
-- Run as the owner, in the product's database, after each `manage.py migrate` (`ssz-migrate.service` does; new tables begin closed):
--     psql -v ON_ERROR_STOP=1 -f deploy/postgres-roles.sql ssz
-- Making a user needs CREATEROLE once; give each a password of its own: \password ssz_web, \password ssz_ingest.
-- `manage.py` goes on as the owner: it migrates, imports, undoes imports, backs up and restores.
-- One transaction: when a line fails, every right is as it was, and a running process loses none in between.

BEGIN;

DO $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'ssz_web') THEN CREATE ROLE ssz_web LOGIN; END IF;
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'ssz_ingest') THEN CREATE ROLE ssz_ingest LOGIN; END IF;
END $$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, ssz_web, ssz_ingest;
GRANT USAGE ON SCHEMA public TO ssz_web, ssz_ingest;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ssz_web, ssz_ingest;

-- The web process reads all, answers alarms, takes what comes by /in/*, and follows retention.
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO ssz_web;
REVOKE INSERT, UPDATE ON alembic_version FROM ssz_web;
-- What was written down once is never changed ...
REVOKE UPDATE ON
    audit, audit_cut, alarm_step, alarm_step_seal, purpose, past_reading, sheet_print, forecast, forecast_score, forecast_counted,
    hotspot_choice, hotspot_map, hotspot_weights, incident_change
FROM ssz_web;
GRANT UPDATE (seal) ON alarm_step_seal TO ssz_web;
-- Of the history of incidents old free text is taken out; the trigger lets nothing else be changed.
GRANT UPDATE (fields) ON incident_change TO ssz_web;
-- ... and only what has a retention, or is no history, may be deleted: no alarm, press, step, dispatch, drill, notice
-- or scan. Incidents go with an import that is undone. Of the audit log the trigger lets the oldest rows go, and only
-- behind a cut.
GRANT DELETE ON
    audit, audit_waiting, change, device, forecast, forecast_counted, forecast_score, forecast_tally, hotspot_map, incident, incident_touched, kiosk, lease, outbox, past_reading,
    purpose, quarantine, raw_batch, recovery_code, saved_view, sheet_print, sign_in_failures, sign_in_link,
    sign_in_step, sos_box_past, street,
    unit_status_past, web_session
TO ssz_web;
-- Positions are kept by the month: whoever makes and drops the months owns them.
GRANT CREATE ON SCHEMA public TO ssz_web;
GRANT ssz_web TO CURRENT_USER;
DO $$ DECLARE one regclass; BEGIN
    FOR one IN SELECT 'position'::regclass UNION SELECT inhrelid::regclass FROM pg_inherits
        WHERE inhparent = 'position'::regclass
    LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO ssz_web', one);
        EXECUTE format('GRANT ALL ON %s TO ssz_web, CURRENT_USER', one);
    END LOOP;
END $$;

-- Ingest stores what devices say: a press must never wait for a right, so it may write whatever is of devices and
-- alarms. It reads and writes no account, session, token, link, purpose or forecast, changes no register, and deletes
-- nothing but what it holds for a while.
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO ssz_ingest;
REVOKE ALL ON
    account, api_token, audit, audit_cut, audit_waiting, forecast, forecast_counted, forecast_score, forecast_tally, hotspot_choice, hotspot_map,
    hotspot_weights, incident_change, kiosk, past_reading, patrol_hours, purpose, recovery_code, refit_failure,
    refit_run, refit_station, saved_view, sheet_print, sign_in_failures, sign_in_link, sign_in_step, web_session
FROM ssz_ingest;
REVOKE INSERT, UPDATE ON
    alembic_version, checkpoint, device_key, drill, import_mapping, levels_mark, offence_name, station,
    street, zone
FROM ssz_ingest;
REVOKE UPDATE ON alarm_step, alarm_step_seal, import_batch FROM ssz_ingest;
-- Of an import of its inbox it tells how far it is and how it ended; what it left of one that failed the web process
-- takes out.
GRANT UPDATE (state, heard, ended, new, known, bad) ON import_batch TO ssz_ingest;
-- A deed goes to the end of the audit log, or waits there for a process with the key; none is read.
GRANT INSERT ON audit, audit_waiting TO ssz_ingest;
-- Which key the log is written with it must see: with another one it leaves its deeds waiting.
GRANT SELECT (seq) ON audit, audit_cut TO ssz_ingest;
GRANT SELECT (key) ON audit TO ssz_ingest;
GRANT SELECT (id) ON audit_waiting TO ssz_ingest;
-- An incident that a file brings again after it was taken out gets a line in its history; of what others changed, and
-- who, nothing is read.
GRANT INSERT ON incident_change TO ssz_ingest;
GRANT SELECT (station, source, id, version, kind) ON incident_change TO ssz_ingest;
GRANT DELETE ON device, lease, quarantine TO ssz_ingest;

COMMIT;
