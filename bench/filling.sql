-- A record like a city's; see filling.py, which fills in what stands in braces.

INSERT INTO citizen (id, name, address, area, enterprise, note, created_at)
SELECT n, '市民' || n, '同济路' || n || '号', 'zumiao', '', '', now() FROM generate_series(1, {citizens}) AS n;

INSERT INTO citizen_number (number, citizen)
SELECT (13800000000 + n)::text, n FROM generate_series(1, {citizens}) AS n;

INSERT INTO ticket (id, number, query_code, type, channel, line, citizen, contact, title, content, matter, area,
    place, urgency, confidential, state, redone, urged, reply, opened_by, opened_at, closed_at)
SELECT n, 'B' || n, '100000', (ARRAY['help', 'complaint', 'complaint', 'report'])[1 + n % 4], 'phone', '12345',
    1 + n % {citizens}, '', '关于同济路' || n % 300 || '号' || (ARRAY['路灯不亮', '乱停车', '夜间施工', '积水'])[1 + n % 4],
    '市民来电反映：同济路' || n % 300 || '号门口的'
        || (ARRAY['路灯坏了三天', '车辆停在人行道上', '工地夜里施工', '路面积水很深'])[1 + n % 4]
        || CASE WHEN n % 5003 = 0 THEN '，旁边有蓝色集装箱' ELSE '' END || '，晚上看不清路。诉求：尽快处理并回复。',
    ({matters}::text[])[1 + n % {matter_count}], ({areas}::text[])[1 + (n * 31) % {area_count}], '同济路' || n % 300 || '号',
    CASE WHEN n % 40 = 0 THEN 'urgent' ELSE 'normal' END, n % 500 = 0,
    CASE WHEN n <= {over} THEN 'closed' WHEN n % 400 = 0 THEN 'opened' WHEN n % 400 = 1 THEN 'replied'
         WHEN n % 400 = 2 THEN 'revisit' ELSE 'dispatched' END,
    0, 0, CASE WHEN n <= {over} THEN '您反映的问题已处理完毕。' ELSE '' END, 1 + n % {accounts},
    now() - make_interval(mins => {tickets} - n),
    CASE WHEN n <= {over} THEN now() - make_interval(mins => ({over} - n) / 2) END
FROM generate_series(1, {tickets}) AS n;

INSERT INTO work_order (id, ticket, unit, level, role, state, reason, issued_by, issued_at, contact, promise,
    review_on, due_at, public_reply, internal_reply, ended_at)
SELECT ticket.id, ticket.id, ({units}::text[])[1 + (ticket.id * 7919) % {unit_count}], 'town',
    CASE WHEN ticket.id % 15 = 0 THEN 'co' ELSE 'lead' END, made.state, '按责任清单派发', 1, ticket.opened_at, '', '',
    CASE WHEN made.state = 'suspended' THEN current_date + ticket.id::int % 60 END,
    CASE WHEN made.state NOT IN ('accepted', 'suspended')
        THEN now() + make_interval(mins => (ticket.id * 31)::int % 20000 - 3000) END,
    ticket.reply, '', ticket.closed_at
FROM ticket, LATERAL (SELECT CASE
    WHEN ticket.state IN ('closed', 'replied', 'revisit') THEN 'accepted'
    ELSE (ARRAY['issued', 'signed', 'signed', 'signed', 'delegated', 'replied', 'suspended', 'redo'])[
        1 + ticket.id % 8] END AS state) AS made
WHERE ticket.state <> 'opened';

INSERT INTO clock (ticket, work_order, kind, amount, measure, amber_amount, amber_measure, calendar, policy,
    promised, started_at, due_at, amber_at, provisional, next_event_at, seen_until, generation, extension_why)
SELECT work_order.ticket, work_order.id, kind, 15, 'working_days', 1, 'working_days', 'office', '2022', false,
    issued_at, due_at + extra, due_at + extra - interval '1 day', false, greatest(due_at + extra, now()) + '1 day',
    now(), 1, ''
FROM work_order, (VALUES ('sign', interval '0'), ('contact', '1 hour'), ('resolve', '5 days')) AS made (kind, extra)
WHERE ended_at IS NULL;

INSERT INTO clock (ticket, kind, amount, measure, amber_amount, amber_measure, calendar, policy, promised,
    started_at, due_at, amber_at, provisional, next_event_at, seen_until, generation, extension_why)
SELECT id, CASE state WHEN 'opened' THEN 'dispatch' WHEN 'replied' THEN 'review' ELSE 'revisit' END, 1, 'days', 1,
    'hours', 'office', '2022', false, opened_at, now() + make_interval(mins => id::int % 3000 - 500), now(), false,
    now() + '1 day', now(), 1, ''
FROM ticket WHERE state IN ('opened', 'replied', 'revisit');

INSERT INTO order_request (ticket, work_order, unit, decider, kind, state, details, asked_by, asked_at, note)
SELECT ticket, id, unit, NULL, CASE WHEN id % 2 = 0 THEN 'return' ELSE 'extend' END,
    CASE WHEN ended_at IS NULL THEN 'asked' ELSE 'granted' END, '{{"reason": "duty", "basis": "责任清单第3条"}}', 1, issued_at, ''
FROM work_order WHERE id % 100 IN (3, 8);

INSERT INTO mark (ticket, work_order, kind, step, text, by, at, lifted_by, lifted_at)
SELECT ticket, id, 'supervised', 'order', '请尽快处理', 'system', issued_at, '', ended_at
FROM work_order WHERE id % 200 = 5;

INSERT INTO revisit (ticket, rule, ways, pause_amount, pause_measure, hours, closes, way, tries, not_before,
    begun_at, ended_at, outcome)
SELECT id, 'all', ARRAY['agent'], 4, 'hours', 'office', true, 'agent', 0,
    now() + CASE WHEN id % 3 = 0 THEN interval '3 hours' ELSE interval '-1 hour' END, opened_at, closed_at,
    CASE WHEN closed_at IS NOT NULL THEN 'heard' END
FROM ticket WHERE state IN ('revisit', 'closed');

INSERT INTO verdict (ticket, work_order, month, closed_at, unit, area, line, category, outcome, responded,
    solution, satisfaction, redone, excluded_because)
SELECT ticket.id, work_order.id, date_trunc('month', ticket.closed_at)::date, ticket.closed_at, unit, area, line,
    left(matter, 2), 'heard', ticket.id % 20 <> 0,
    (ARRAY['solved', 'solved', 'solved', 'partly', 'unsolved'])[1 + ticket.id % 5],
    (ARRAY['very_satisfied', 'satisfied', 'satisfied', 'fair', 'dissatisfied', 'very_dissatisfied'])[
        1 + ticket.id % 6], 0, ''
FROM work_order JOIN ticket ON ticket.id = work_order.ticket WHERE ended_at IS NOT NULL;

INSERT INTO rate_month (by, month, key, orders, excluded, unreachable, declined, exempt, checked, redone,
    responded, not_responded, solved, partly, unsolved, very_satisfied, satisfied, fair, dissatisfied,
    very_dissatisfied)
SELECT made.by, month, made.key, count(*), 0, 0, 0, 0, 0, 0, count(*) FILTER (WHERE responded),
    count(*) FILTER (WHERE NOT responded), count(*) FILTER (WHERE solution = 'solved'),
    count(*) FILTER (WHERE solution = 'partly'), count(*) FILTER (WHERE solution = 'unsolved'),
    count(*) FILTER (WHERE satisfaction = 'very_satisfied'), count(*) FILTER (WHERE satisfaction = 'satisfied'),
    count(*) FILTER (WHERE satisfaction = 'fair'), count(*) FILTER (WHERE satisfaction = 'dissatisfied'),
    count(*) FILTER (WHERE satisfaction = 'very_dissatisfied')
FROM verdict, LATERAL (VALUES ('all', ''), ('unit', unit), ('line', line), ('area', area),
    ('category', category)) AS made (by, key)
GROUP BY made.by, month, made.key;

INSERT INTO message (key, channel, "to", subject, body, link, attempts, error, posted_at, state, next_try_at, read_at)
SELECT 'bench-' || id, CASE WHEN id % 3 = 0 THEN 'sms' ELSE 'notice' END,
    CASE WHEN id % 3 = 0 THEN '13800000000' ELSE 'account:' || (1 + id % {accounts}) END, '工单即将到期', '请尽快处理', '', 1, '',
    opened_at, CASE WHEN id % 300 = 0 THEN 'waiting' ELSE 'sent' END, opened_at, closed_at
FROM ticket WHERE id % 4 = 0;
