import { errors } from '@stoa/contract'

/** The errors that reporting returns. */
export const reportingErrors = errors({
  'reporting.query_invalid': {
    kind: 'invalid',
    title: 'The query of the report cannot be run',
    why: 'A period ends before it begins, a value does not fit its dimension, a money measure has several currencies, or the chart names a column that the query does not have.',
    fix: 'Correct what `detail` names.',
  },
  'reporting.report_not_found': {
    kind: 'not_found',
    title: 'No such report',
    why: 'There is no report with this id, or it was removed after its retention.',
    fix: 'List the reports, or generate it again.',
  },
  'reporting.too_many_queued': {
    kind: 'conflict',
    title: 'Too many of your reports are not finished yet',
    why: 'An account can have 20 reports at once that are queued.',
    fix: 'Wait until some of them are completed.',
  },
  'reporting.report_not_completed': {
    kind: 'conflict',
    title: 'The report is not completed',
    why: 'It is still being generated, or it has failed.',
    fix: 'Read the report until its state is completed; repeat one that failed.',
  },
  'reporting.format_not_made': {
    kind: 'conflict',
    title: 'The report was not made in this format',
    why: 'A report has the files of the formats that were asked for.',
    fix: 'Download one of its formats, or generate it again with this one.',
  },
  'reporting.report_not_failed': {
    kind: 'conflict',
    title: 'The report has not failed',
    why: 'Only a report that failed can be repeated.',
    fix: 'Generate another one for newer figures.',
  },
  'reporting.schedule_not_found': {
    kind: 'not_found',
    title: 'No such schedule',
    why: 'There is no schedule with this id, or it was deleted.',
    fix: 'List the schedules.',
  },
  'reporting.schedule_invalid': {
    kind: 'invalid',
    title: 'The schedule cannot be followed',
    why: 'The five fields of cron name no time, the minute is not one number, the time zone is unknown, a recipient is not an account that may read reports, or there is not exactly one of template and query.',
    fix: 'Correct what `detail` names.',
  },
  'reporting.too_many_schedules': {
    kind: 'conflict',
    title: 'There are too many schedules',
    why: 'The system has 1,000 schedules.',
    fix: 'Delete schedules that are no longer needed.',
  },
  'reporting.dashboard_not_found': {
    kind: 'not_found',
    title: 'No such dashboard',
    why: 'There is no dashboard with this id, or it was deleted.',
    fix: 'List the dashboards.',
  },
  'reporting.dashboard_invalid': {
    kind: 'invalid',
    title: 'A tile of the dashboard shows nothing',
    why: 'A tile has not exactly one of kpi and query, or its chart or order names a column that its query does not have.',
    fix: 'Correct the tile that the response names.',
  },
  'reporting.too_many_dashboards': {
    kind: 'conflict',
    title: 'There are too many dashboards',
    why: 'The system has 1,000 dashboards.',
    fix: 'Delete dashboards that are no longer needed.',
  },
})
