import { expect, test } from 'vitest'
import { summarize, summarizeCommand } from './statement-summary.ts'

test.each([
  ['select * from orders where id = $1', 'SELECT', 'SELECT orders'],
  ['select o.id from orders o join order_lines l on l.order_id = o.id', 'SELECT', 'SELECT orders order_lines'],
  ['insert into outbox (id) values ($1) on conflict (id) do update set id = excluded.id', 'INSERT', 'INSERT outbox'],
  ['update orders set status = $1 where id = $2', 'UPDATE', 'UPDATE orders'],
  ['delete from tasks where id = $1', 'DELETE', 'DELETE tasks'],
  ['select id from tasks order by id for update skip locked', 'SELECT', 'SELECT tasks'],
  ['select id from tasks for no key update', 'SELECT', 'SELECT tasks'],
  ['select 1 -- update nothing', 'SELECT', 'SELECT'],
  ['with gone as (delete from inbox returning id) select count(*) from gone', 'DELETE', 'DELETE inbox SELECT gone'],
  ['insert into outbox (id) select * from unnest($1::uuid[])', 'INSERT', 'INSERT outbox SELECT'],
])('%s is %s', (text, operation, summary) => {
  expect(summarize(text)).toEqual({ operation, summary })
})

test.each([
  ['begin isolation level read committed read write', 'BEGIN'],
  ['commit', 'COMMIT'],
  ['listen "stoa_changed"', 'LISTEN'],
  ['vacuum everything', '_OTHER'],
])('the command %s is %s', (text, operation) => {
  expect(summarizeCommand(text)).toEqual({ operation, summary: operation })
})
