import { Button } from '@mantine/core'
import { useState } from 'react'
import { ActionDialog, type Action } from './ActionDialog.tsx'

/** A button for each action; its dialog says what the action does. */
export function ActionButtons({ actions }: { readonly actions: readonly Action[] }) {
  const [action, setAction] = useState<Action>()
  return (
    <div className="row tight">
      {actions.map((each) => (
        <Button key={each.label} variant="default" onClick={() => setAction(each)}>
          {each.label}…
        </Button>
      ))}
      <ActionDialog action={action} onClose={() => setAction(undefined)} />
    </div>
  )
}
