import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { shownError } from '../api/problem.ts'
import { saveReport, type ShownReport } from '../api/reports.ts'
import { bytes } from '../state/format.ts'

/** A button for each file of a report, which saves it. */
export function ReportFiles({ report: { id, title, files = [] } }: { readonly report: ShownReport }) {
  const saving = useMutation({ mutationFn: (format: string) => saveReport(id, format) })
  return (
    <>
      <div className="row">
        {files.map(({ format, sizeBytes }) => (
          <Button
            key={format}
            size="xs"
            variant="default"
            title={bytes(sizeBytes)}
            aria-label={`Download ${title} as ${format.toUpperCase()}`}
            loading={saving.isPending && saving.variables === format}
            onClick={() => saving.mutate(format)}
          >
            {format.toUpperCase()}
          </Button>
        ))}
      </div>
      {saving.error !== null && (
        <p role="alert" className="quiet">
          ▲ Not downloaded: {shownError(saving.error).detail ?? shownError(saving.error).title}
        </p>
      )}
    </>
  )
}
