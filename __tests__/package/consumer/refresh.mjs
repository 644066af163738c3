import axios from 'axios'
import { createSession as createSessionOfCore, memoryStore } from 'tokenflight'
import { attachSession, createSession } from 'tokenflight/axios'
import assert from 'node:assert/strict'
import { refreshOverHttp } from './scenario.cjs'

assert.equal(createSession, createSessionOfCore, 'the entries share one core')
await refreshOverHttp({ axios, attachSession, createSession, memoryStore })
