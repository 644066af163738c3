import { runCases } from './cases/run-cases.js'
import { chromium } from './engines/chromium.js'

runCases(chromium)
