/// <reference lib="dom" />
/** Everything that a page of the console does by script. Each part looks for its own marks and leaves the rest alone. */
import { startDownloads } from './download.ts'
import { startAutofill, startPasskeys } from './passkey.ts'
import { startFocus } from './focus.ts'
import { startForms } from './form.ts'
import { startMenu } from './menu.ts'
import { startTimes } from './times.ts'

startTimes()
startMenu()
startFocus()
startForms()
startDownloads()
startPasskeys()
void startAutofill()
