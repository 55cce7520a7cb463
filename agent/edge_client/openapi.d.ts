/** Generated from edge/openapi.json by `npm run openapi`. */
export interface paths {
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is here, and where
         * @description A browser is led to the console: 303.
         */
        get: operations["front"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process answers */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Counters in Prometheus text format
         * @description Operations, status codes and times; nothing of any tenant. Where the installation has a metrics token, whoever sends it as `Authorization: Bearer` sees the queue by tenant and pool, too; another one is 401.
         */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the edge can work: the database answers, and the edge is not stopping */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/access/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Why may this person, or why may they not
         * @description Of a member, a permission, and a project, a workspace or else the tenant. It answers for the member: a token of theirs may be cut down further by its scopes.
         */
        get: operations["explainAccess"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Your account */
        get: operations["getAccount"];
        put?: never;
        post?: never;
        /**
         * Delete your account
         * @description Within five minutes of signing in, or of a passkey or code where you have one. Everything personal goes from every tenant that you are a member of; the last owner of one has to hand it over or delete it first.
         */
        delete: operations["deleteAccount"];
        options?: never;
        head?: never;
        /**
         * Change your name
         * @description Of the account. What you are called in a tenant is the tenant’s.
         */
        patch: operations["changeAccount"];
        trace?: never;
    };
    "/v1/account/address": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for a mail to a new address of yours
         * @description The account keeps its address until the secret of that mail comes back.
         */
        post: operations["changeAddress"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/address/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take the new address, with the secret out of the mail
         * @description Signed in as the account that asked. Every other session ends.
         */
        post: operations["proveAddress"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/factors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Your authenticator app, recovery codes and passkeys */
        get: operations["getFactors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/identities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The providers that you can sign in with */
        get: operations["listIdentities"];
        put?: never;
        /**
         * Begin to connect a provider to your account
         * @description Send the browser where it says; whoever signs in there can sign in as you from then on.
         */
        post: operations["connectIdentity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/identities/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Disconnect a provider from your account
         * @description Refused for your last way to sign in. Every other session of yours ends.
         */
        delete: operations["removeIdentity"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add the passkey that the browser has made
         * @description Every other session of yours ends. With your first factor come ten recovery codes.
         */
        post: operations["addPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/passkeys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a passkey away
         * @description Not the last factor where a tenant of yours asks for one. Every other session of yours ends.
         */
        delete: operations["removePasskey"];
        options?: never;
        head?: never;
        /** Give a passkey another name */
        patch: operations["renamePasskey"];
        trace?: never;
    };
    "/v1/account/passkeys/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What the browser is asked to make a passkey with
         * @description For `PublicKeyCredential.parseCreationOptionsFromJSON`. Good for five minutes. Your first factor needs a sign-in of the last five minutes, a further one a fresh confirmation.
         */
        post: operations["startPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change your password, or set a first one
         * @description With the password until now, or within five minutes of a passkey or a code. Every other session ends; this one goes on under a new cookie.
         */
        put: operations["changePassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/recovery-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ten new recovery codes; those of before stop working
         * @description They stand in for an app or a passkey, so there has to be one.
         */
        post: operations["makeRecoveryCodes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The tenants that you are a member of
         * @description POST /v1/sessions/tenant chooses one for the session.
         */
        get: operations["listOwnTenants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/tenants/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Leave one of your tenants
         * @description Your sessions and tokens there end at once, and what you were given there goes. What your key has signed still counts until it leaves the trust document. The last owner stays: hand the tenant over first, or delete it. Signed in by the provider of another tenant alone, show a way to sign in of your own first.
         */
        delete: operations["leaveTenantOf"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin to set up an authenticator app
         * @description It counts once a code of it has come to `…/totp/confirm`; until then an earlier one does. Your first factor needs a sign-in of the last five minutes, a further one a fresh confirmation.
         */
        post: operations["startTotp"];
        /**
         * Take the authenticator app away
         * @description Not the last factor where a tenant of yours asks for one. Every other session of yours ends.
         */
        delete: operations["removeTotp"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/totp/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show that the app has the secret: from now on it is asked for
         * @description Takes the place of an earlier app. Every other session of yours ends. With your first factor come ten recovery codes.
         */
        post: operations["confirmTotp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for a mail to make an account with
         * @description Answers alike whether or not the address has an account; the mail says which it is.
         */
        post: operations["register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make an account with the secret out of a mail, and sign in to it */
        post: operations["createAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agent/checkpoint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest checkpoint of the audit log, and that it continues the one before */
        get: operations["getAgentCheckpoint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agent/inspections/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say how an inspection ended, and hand over what was found
         * @description With `succeeded` comes what was found, signed by the key of the pool and sealed to the readers of the project and nobody else; it takes the place of what was found before. `released` hands the order back. The same word said twice is answered as the first time.
         */
        post: operations["completeInspection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agent/poll": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Wait for a run, an order to look at a connection or records to rewrap, and lease it
         * @description Answers as soon as there is one for the pool, else after `wait_seconds` with null. The lease has to be renewed before `until`; every later write names its `fence`. Orders come first, and runs before rewraps. Also answers, without a job, as soon as a trust document or an index is published, or one of the runs that `held` names is to stop. Where too many polls wait already: 429, with a time to come again.
         */
        post: operations["pollForWork"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agent/possession": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A challenge for each sealing key of the pool that this agent has not proven within a day
         * @description Each is 32 bytes sealed to that key alone, in the context of type `possession` of this agent. Good for ten minutes at least. Who holds a key is shown to people by `GET /v1/keys`; an agent is handed records to rewrap only where it has lately proven a key that they are sealed to.
         */
        get: operations["listPossessionChallenges"];
        put?: never;
        /**
         * Answer challenges with what was sealed in them
         * @description All of them have to be right, or none counts. Leave out the keys that the agent does not hold.
         */
        post: operations["provePossession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agent/projects/{id}/index": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A project's indexes after a number, oldest first */
        get: operations["listAgentIndexes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agent/receipts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hand in what this agent stands on, signed by the key of its pool
         * @description The newest of each agent is kept and shown to people, who verify it themselves. The edge looks at the signature only to keep out what nobody could believe, and decides nothing by what it says.
         */
        post: operations["handInReceipt"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agent/rewraps/{batch}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hand a batch back: envelopes for the new recipients, and what was refused
         * @description An envelope takes the place of the one whose SHA-256 is `was`, if that is still there, and if it is sealed to exactly the keys that the trust document names, around the same body – or, where a wrap was to a compromised key or the suite changes, around a new one. What is refused is not offered again in this campaign; the rest comes again. The same word said twice is answered as the first time. `rewrap_stale`: the lease has run out.
         */
        post: operations["completeRewrap"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agent/runs/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say how the attempt ended, in counts and codes
         * @description With `retry` a failed or partial attempt is followed by another while the run has any left; `released` hands the run back and costs none. The same word said twice is answered as the first time.
         */
        post: operations["completeRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agent/runs/{id}/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Renew the lease of a run, and hear whether to stop it */
        post: operations["renewLease"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agent/runs/{id}/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Hand over the sealed log of an attempt, before it is completed; renews the lease too
         * @description The document is signed by the key of the pool and commits to the log; the envelope is for the active keys of the pool and the readers of the project, and nobody else. Sent again it replaces what was sent before.
         */
        put: operations["putRunLog"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agent/runs/{id}/progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Count rows and bytes of the streams that move; renews the lease too */
        post: operations["reportProgress"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agent/runs/{id}/started": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say that every check has passed and the run has begun */
        post: operations["startRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agent/self": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the edge knows of the agent that asks */
        get: operations["getAgentSelf"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agent/trust": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Trust documents after a version, oldest first, with their policies */
        get: operations["listAgentTrust"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Agents, newest first */
        get: operations["listAgents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One agent */
        get: operations["getAgent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve an agent, naming the fingerprint that it shows
         * @description Lets it ask for work and nothing else: it opens what the keys in its ring open. Unless the tenant’s rules say otherwise, another person approves than the one who made the enrolment token, as soon as there is one who may.
         */
        post: operations["approveAgent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{id}/drain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand an agent no more work: what it holds it finishes */
        post: operations["drainAgent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand an agent work again */
        post: operations["resumeAgent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Revoke an agent: from now on the edge answers it nothing */
        post: operations["revokeAgent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/challenge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for the challenge that a statement of a pool’s key has to name
         * @description Good for five minutes. It says nothing about whether there is such a tenant or pool.
         */
        post: operations["askChallenge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/enrol": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enrol an agent: tell the edge its public key
         * @description The one-time token is the bearer credential. The agent may do nothing yet: a person approves it.
         */
        post: operations["enrolAgent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/join": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Join a pool by the word of the pool’s key
         * @description For pools to which the trust document gives the rule `pool_key`. The agent is approved at once, and removed after a day of silence. The same key that asks again is the same agent. The statement is a document of type `enrolment`, signed by the key of the pool: it names `public_key` as `agent_key`, a challenge that was just asked for, the origin of the edge’s public URL, and an end within ten minutes.
         */
        post: operations["joinAgent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Requests that needed a second person, newest first */
        get: operations["listApprovals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One request that needed a second person */
        get: operations["getApproval"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve a request of another member: they repeat it within an hour
         * @description In person: by a session or a signed-in machine, not by an API token, and of another account than who asked, who has been here since before that. They send the same request again, with the header `Approval` naming this id. It is good once.
         */
        post: operations["approveRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals/{id}/refuse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refuse a request
         * @description Also one’s own, to take it back.
         */
        post: operations["refuseRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The audit log, oldest first
         * @description Every command leaves one entry, written in the same commit as the change itself. A search looks at a part of the log at a time: a page may be short or empty, and is the last one where `next_cursor` is left out.
         */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/checkpoint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest signed checkpoint of the log */
        get: operations["getAuditCheckpoint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/consistency": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Proof that the log at one size begins with the log at another */
        get: operations["getAuditConsistency"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The whole log with its checkpoint, as JSON lines
         * @description One `{"leaf":"…"}` a line, in order, and one `{"checkpoint":"…"}` at the end; `sallyport audit verify` checks it offline.
         */
        get: operations["exportAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/inclusion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Proof that an entry is in the log */
        get: operations["getAuditInclusion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bindings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who has which role where, oldest first */
        get: operations["listBindings"];
        put?: never;
        /**
         * Give a member or a group a role, at the tenant, a workspace or a project
         * @description Of what the role gives there you have to hold everything yourself. It counts from the next request on, also for tokens that exist; sessions of those whom it is given to end. What is signed needs a signer’s scope in the trust document as well: a role at the edge does not give that. A tenant has at most 10,000 bindings.
         */
        post: operations["createBinding"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bindings/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a role away
         * @description Of what it gives you have to hold everything yourself. The last owner stays.
         */
        delete: operations["deleteBinding"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/connections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Connections, oldest first */
        get: operations["listConnections"];
        put?: never;
        /**
         * Add a connection
         * @description The signed document carries id, name, kind and pools; `sealed` is the envelope of its configuration, made by the author. Version 1, under an id that the author made.
         */
        post: operations["createConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/connections/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One connection, with its newest signed document and envelope */
        get: operations["getConnection"];
        put?: never;
        post?: never;
        /** Delete a connection that no pipeline uses */
        delete: operations["deleteConnection"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/connections/{id}/catalogue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What an agent found out about a connection last, sealed to readers
         * @description `document` says of which order, connection and version it is, signed by the key of the pool: verify that first. `sealed` opens with a reader’s key, in the context of type `catalogue`. It goes when a trust document names other readers or keys, or the connection is deleted.
         */
        get: operations["getCatalogue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/connections/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add the next version of a connection
         * @description Compare-and-set: its version is the newest one plus 1, else 409. Id, project and kind stay.
         */
        post: operations["createConnectionVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Runs that ended short of their end, by what ended them
         * @description A reason is a fingerprint of the code, the codes of the streams, the pipeline and its version; `reason` of the list of runs finds them. The newest 10,000 runs are looked at; `complete` says whether those are all. A run leaves when it is redriven.
         */
        get: operations["listDeadLetters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/device/authorize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin to sign a device in: codes for the device and for a person
         * @description RFC 8628 section 3.1; the body may be a form. The person opens `verification_uri` and compares the code. `scope` names permissions with spaces between; unless said the device may do all that the person may.
         */
        post: operations["authorizeDevice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/device/fresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin to approve a device anew that is signed in
         * @description For a device’s own token: the answer is that of `authorizeDevice`. Once the same person has approved, the device gets a new token that counts as fresh, and the old one ends.
         */
        post: operations["renewDevice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/device/requests/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let the device sign in as you, in the tenant that your session has chosen */
        post: operations["approveDevice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/device/requests/deny": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Refuse the device */
        post: operations["denyDevice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/device/requests/look": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The device that shows this code, for a person to compare */
        post: operations["getDeviceRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/device/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask whether a person has approved, and get the device’s token
         * @description RFC 8628 section 3.4; the body may be a form. Until then it answers 400 with `error: authorization_pending`, and `slow_down` where the device asks before the interval is over, which is five seconds longer from then on.
         */
        post: operations["getDeviceToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/enrolment-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a token that one agent enrols with, within 15 minutes */
        post: operations["createEnrolmentToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/erased-tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is left of a tenant that was erased
         * @description For the operator: when it went, and the end of its audit log with the key that signed it.
         */
        get: operations["getErasedTenant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/erased-tenants/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The audit log of a tenant that was erased, with its last checkpoint, as JSON lines
         * @description For the operator. `sallyport audit verify` checks it offline; it names ids and nobody.
         */
        get: operations["exportErasedAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/fresh/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Confirm with a passkey: the session is fresh for five minutes */
        post: operations["confirmByPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/fresh/passkey/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What the browser is asked to confirm by passkey with
         * @description For `PublicKeyCredential.parseRequestOptionsFromJSON`. Good for five minutes.
         */
        post: operations["startConfirmByPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/fresh/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Confirm with a code: the session is fresh for five minutes */
        post: operations["confirmByTotp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Groups of members, oldest first */
        get: operations["listGroups"];
        put?: never;
        /**
         * Make a group; it gives nothing until a role is bound to it
         * @description A tenant has at most 1,000 groups.
         */
        post: operations["createGroup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/groups/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a group, and with it what it gave its members */
        delete: operations["deleteGroup"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/groups/{id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is in a group */
        get: operations["listGroupMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/groups/{id}/members/{member}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Take a member into a group, whose roles they have from now on
         * @description For who holds themselves what the group gives.
         */
        put: operations["addGroupMember"];
        post?: never;
        /** Take a member out of a group */
        delete: operations["removeGroupMember"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/hooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start a pipeline by its webhook
         * @description Whatever the body says, it starts a run as the schedule would. `Sallyport-Timestamp` is in seconds since 1970, within five minutes of now; `Sallyport-Signature` is `v1=` and HMAC-SHA256 in hex, under the secret, over the time stamp, a dot and the body, which has at most 64 KiB. The same call sent again is answered with the same run.
         */
        post: operations["callWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/inspections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have an agent test a connection or list its streams
         * @description By a signed order for one version of the connection, whose nonce makes the id: posting it again answers the same inspection. What it asks about is sealed to the pool. What comes of it is sealed to the readers of the project, of whom there has to be one.
         */
        post: operations["createInspection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/inspections/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How an inspection goes: its state, and counts once it has ended */
        get: operations["getInspection"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Invitations that nobody has accepted */
        get: operations["listInvitations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitations/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Become the member that an invitation is for, with a token and no account
         * @description For machines, and for people at a command line. An invitation that names an address, or that is for a member who is there already, is accepted by an account.
         */
        post: operations["acceptInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitations/join": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Become the member that an invitation is for, with the account that is signed in
         * @description Where the invitation names an address, only an account with that verified address may. Whoever signs in by the provider of another tenant alone adds a passkey first, or proves an address, and signs in with that.
         */
        post: operations["joinTenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitations/look": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What an invitation is for */
        post: operations["lookAtInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitations/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make an account by an invitation, become its member and sign in
         * @description An invitation that went by mail proves the address that it names. One that was handed over proves none: it makes an account only at an installation that sends no mail, where no address can be proven.
         */
        post: operations["registerByInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The sealing keys of the current trust document
         * @description Since when each is listed, how many stored records are sealed to it, and which agents have proven that they hold it. A key can be retired once `records` is 0. Whose keys these are says the signed trust document alone: compare fingerprints with what `sallyport keys show` derives from the private side.
         */
        get: operations["listKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{kid}/records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is sealed to a key: every stored version of a record
         * @description Any key id may be asked for: a sealing key, a reader, or one that the trust document has dropped. After a compromise, its connections are the credentials to change at their source. `refused` says why an agent did not pass a record on in the newest rewrap; `wrong_pool`: a pool that the record names has no active key.
         */
        get: operations["listKeyRecords"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Limits of how many runs agents have in hand at once */
        get: operations["listLimits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/limits/{scope}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Limit how many runs of it agents have in hand at once
         * @description Runs beyond it wait, and hold back none behind them. What agents have in hand already goes on.
         */
        put: operations["putLimit"];
        post?: never;
        /** Take a limit away */
        delete: operations["deleteLimit"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/log-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The key that signs checkpoints, and the one that a trust document may name next */
        get: operations["listLogKeys"];
        put?: never;
        /**
         * Make the next log key
         * @description Nothing changes until a trust document names it: from the commit that publishes that document on it signs the checkpoints, and the key before is destroyed. While there is a next one it is answered again.
         */
        post: operations["createLogKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Members of the tenant, oldest first */
        get: operations["listMembers"];
        put?: never;
        /**
         * Invite a person or a machine
         * @description With an address the invitation goes there by mail, and only an account with that address accepts it. Without one it is answered, to hand over: whoever holds it becomes the member, once, within seven days. Nobody gives more than they hold. What a role allows at the edge is not what a signature is worth: that the trust document says.
         */
        post: operations["inviteMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a member; all sessions and tokens of theirs stop working at once */
        delete: operations["removeMember"];
        options?: never;
        head?: never;
        /**
         * Give a member another role
         * @description In place of those that they have at the tenant. Counts from the next request on, also for tokens that exist; sessions end. Nobody gives more than they hold, nor changes who holds more.
         */
        patch: operations["changeMember"];
        trace?: never;
    };
    "/v1/members/{id}/erase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Erase everything personal about a member, for good
         * @description Removes them too. Names and salts beside the entries of the audit log go, and so the hashes in it say nothing any more; every proof holds as before. Of the member the id is left, and this entry, which says how many names went. What is in exports and in signed documents is out of the edge’s reach.
         */
        post: operations["eraseMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members/{id}/invitation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a new invitation for a member: to join, or to sign in as who they are already
         * @description For yourself, or for others where you may change members and hold what they hold. The one before is worth nothing from then on. A member who has a token only becomes an account’s by it, and keeps the token.
         */
        post: operations["inviteAgain"];
        /**
         * Take an invitation back; the member stays as they are
         * @description Nobody takes back that of somebody who would hold more than they do.
         */
        delete: operations["revokeInvitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Leave the tenant
         * @description Your sessions and tokens there end at once, and what you were given there goes. What your key has signed still counts until it leaves the trust document. The last owner stays: hand the tenant over first, or delete it.
         */
        delete: operations["leaveTenant"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/password-resets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for a mail to set a new password with
         * @description Answers alike whether or not the address has an account; the mail says which it is.
         */
        post: operations["askForPasswordReset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/password-resets/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set a password with the secret out of a mail
         * @description Ends every session of the account. A second factor is still asked for at the next sign-in.
         */
        post: operations["resetPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pipelines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Pipelines, oldest first */
        get: operations["listPipelines"];
        put?: never;
        /**
         * Add a pipeline
         * @description The signed document carries id, name, connections, pool, triggers and limits; `sealed` is the envelope of its streams, made by the author. Version 1, under an id that the author made.
         */
        post: operations["createPipeline"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pipelines/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One pipeline, with its newest signed document and envelope */
        get: operations["getPipeline"];
        put?: never;
        post?: never;
        /** Delete a pipeline; its runs that still wait are cancelled */
        delete: operations["deletePipeline"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pipelines/{id}/labels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Labels that an agent has to have to be handed runs of the pipeline */
        get: operations["getPipelineLabels"];
        /**
         * Say which labels an agent has to have to be handed runs of the pipeline
         * @description Runs wait until an agent of the pool has all of them. Where a run goes is the edge’s to say: what it may do there is signed, and its agent checks that.
         */
        put: operations["putPipelineLabels"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pipelines/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether a pipeline is paused, and since when */
        get: operations["getPipelinePause"];
        put?: never;
        /**
         * Pause a pipeline: nothing starts it but who asks for a run
         * @description Neither its schedule nor its webhook nor the end of another pipeline makes a run until it is resumed, and what came meanwhile is not made up for. Runs that are there go on.
         */
        post: operations["pausePipeline"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pipelines/{id}/queueing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The priority of a pipeline’s runs */
        get: operations["getPipelineQueueing"];
        /**
         * Set the priority of a pipeline’s runs among those of its project
         * @description 9 goes first, 5 is usual. It counts for the runs that are made from then on.
         */
        put: operations["putPipelineQueueing"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pipelines/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Resume a pipeline that was paused: it goes on with the next time that comes */
        post: operations["resumePipeline"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pipelines/{id}/schedule": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The schedule of a pipeline, and when its runs start next
         * @description Of the version that the newest index lists; 404 where that has none.
         */
        get: operations["getPipelineSchedule"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pipelines/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add the next version of a pipeline
         * @description Compare-and-set: its version is the newest one plus 1, else 409. Id and project stay.
         */
        post: operations["createPipelineVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pipelines/{id}/webhook": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The webhook of a pipeline */
        get: operations["getWebhook"];
        put?: never;
        /**
         * Make the webhook of a pipeline; its secret is shown once
         * @description It starts runs as often a day as `triggers.webhook` of the signed pipeline says, and none without.
         */
        post: operations["createWebhook"];
        /** Delete the webhook of a pipeline: no call of it starts anything any more */
        delete: operations["deleteWebhook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pipelines/{id}/webhook/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give the webhook another secret; the one before counts for a while */
        post: operations["rotateWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The pools of the current trust document, with their agents counted */
        get: operations["listPools"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Projects, oldest first */
        get: operations["listProjects"];
        put?: never;
        /**
         * Make a project in a workspace
         * @description A tenant has at most 10,000 projects.
         */
        post: operations["createProject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One project */
        get: operations["getProject"];
        put?: never;
        post?: never;
        /**
         * Remove a project that has no connections and no pipelines; roles bound to it go too
         * @description A project is never renamed, and its id never comes back: what was signed for it names both.
         */
        delete: operations["removeProject"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{id}/index": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A project's indexes after a number, oldest first */
        get: operations["listIndexes"];
        put?: never;
        /**
         * Publish the next index of a project
         * @description Compare-and-set on its number and on the hash of the one before, else 409.
         */
        post: operations["publishIndex"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/projects/{id}/index/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One index of a project, by number or `latest` */
        get: operations["getIndex"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Providers of the tenant, oldest first */
        get: operations["listProviders"];
        put?: never;
        /**
         * Let members sign in with a provider of your own
         * @description Any issuer of OpenID Connect, by discovery, which is tried at once. Claim rules need roles.write too, and give no more than you hold.
         */
        post: operations["createProvider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/providers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One provider */
        get: operations["getProvider"];
        put?: never;
        post?: never;
        /**
         * Nobody signs in with it any more
         * @description Refused while a rule of sign-in needs it. Sessions that began with it end. Members that came by it stay, until they are removed.
         */
        delete: operations["removeProvider"];
        options?: never;
        head?: never;
        /** Change a provider; its issuer stays */
        patch: operations["changeProvider"];
        trace?: never;
    };
    "/v1/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many runs wait, since when, by pool and project */
        get: operations["getQueue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/receipts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What each approved agent stands on: its newest receipt
         * @description Trust document, indexes and keys that the agent has verified or holds, signed by the key of its pool. Believe only what is inside `receipt`, once that signature is verified.
         */
        get: operations["listReceipts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/retention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** For how many days runs are kept after their end */
        get: operations["getRetention"];
        /**
         * Keep runs for so many days after their end, or for good
         * @description Older runs go within minutes, with their counts and sealed logs. The audit log keeps its entries, and agents keep in their anchor which triggers have had their run.
         */
        put: operations["putRetention"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rewraps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Rewrap campaigns, newest first */
        get: operations["listRewraps"];
        put?: never;
        /**
         * Pass every sealed record on to the keys of the current trust document
         * @description Agents do it, in batches, while runs go on: each verifies a record, opens it, and seals it to whom the trust document that it has verified says. All stored versions count. A tenant has one campaign at a time: while one is not done, it is answered. With nothing to do the answer is `done`.
         */
        post: operations["startRewrap"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rewraps/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How far a rewrap campaign has come
         * @description `remaining` counts what is still sealed to keys that it is not to be sealed to, by key id. A campaign that is done with something remaining has records that agents refused, or that no agent can open: see the records of that key.
         */
        get: operations["getRewrap"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rewraps/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hand out no more batches of a rewrap; those that agents have are finished */
        post: operations["pauseRewrap"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rewraps/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go on with a rewrap that was paused */
        post: operations["resumeRewrap"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Roles and what each holds: the built-in ones, then those of the tenant
         * @description A role counts where it is bound, at the tenant, a workspace or a project; at a place only permissions for workspaces, projects, connections, pipelines, runs and indexes do. Every active member holds `tenant.read` and `trust.read` besides.
         */
        get: operations["listRoles"];
        put?: never;
        /** Make a role of your own choice of permissions */
        post: operations["createRole"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/roles/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a role of the tenant that nobody has */
        delete: operations["deleteRole"];
        options?: never;
        head?: never;
        /**
         * Rename a role of the tenant, or change what it holds, for everybody who has it
         * @description Nobody takes or gives what they do not hold. Sessions of those who have it end.
         */
        patch: operations["changeRole"];
        trace?: never;
    };
    "/v1/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How members have to be signed in, and what needs two people */
        get: operations["getRules"];
        /**
         * Change how members have to be signed in, and what needs two people
         * @description Refused where no owner could sign in any more, with what is missing. API tokens are not signed in: no rule of sign-in is about them. Where the rules want two people for anything, they are changed by two.
         */
        put: operations["putRules"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Runs, newest first */
        get: operations["listRuns"];
        put?: never;
        /**
         * Start a run of a pipeline
         * @description By a signed request, whose nonce makes the id: posting it again answers the same run. Without one the pipeline has to allow unsigned runs, and the run takes the next slot of the UTC day.
         */
        post: operations["createRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One run, with the counts of its streams */
        get: operations["getRun"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel a run: at once while it waits, else as soon as its agent hears of it */
        post: operations["cancelRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs/{id}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The sealed logs of a run, one an attempt, the first one first
         * @description A page has 8 MiB at most, or one log. `document` says which attempt it is, signed by the key of the pool: verify that first. `sealed` opens with a reader’s key, in the context of type `log`, and its body has the commitment of `document`.
         */
        get: operations["listRunLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs/{id}/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have a run attempted again that ended short of its end
         * @description It keeps its id, so that nothing is loaded twice that it has committed. `redrive` of the run says what that takes: `free` goes on with attempts that it still has, `signed` takes a request that names the run, and brings as many attempts as its pipeline gives a run. The same request again is answered as the first time.
         */
        post: operations["redriveRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everything that happened to a run, in its order
         * @description Who did it stands in the audit log.
         */
        get: operations["getRunTimeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Pipelines with a schedule, and when each starts next
         * @description Of the versions that the newest indexes list, as far as they have been looked through.
         */
        get: operations["listSchedules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where you are signed in, newest first */
        get: operations["listSessions"];
        put?: never;
        /**
         * Sign in with a password
         * @description Sets the cookie of a new session. One answer for an unknown address and a wrong password; after a few of them there are waits, which grow.
         */
        post: operations["signIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Sign out a browser of yours */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Sign out
         * @description Ends the session of the cookie, if it is one, and takes the cookie away.
         */
        delete: operations["signOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/passkey/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What the browser is asked to sign in by passkey with, without an address
         * @description For `PublicKeyCredential.parseRequestOptionsFromJSON`. Good for five minutes in this browser, which gets a cookie for it.
         */
        post: operations["startPasskeySignIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/passkey/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in by passkey, without an address
         * @description The passkey has verified who holds it, so it is two factors, and the session is fresh.
         */
        post: operations["signInByPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/second-factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show the second factor of a sign-in: a code, a recovery code or a passkey
         * @description The session goes on under a new cookie. A recovery code is used up, and allows to set up an app, a passkey or new codes for five minutes.
         */
        post: operations["showSecondFactor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/second-factor/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What the browser is asked to show a passkey with, as second factor
         * @description For `PublicKeyCredential.parseRequestOptionsFromJSON`. Good for five minutes. 404 where the account has no passkey: ask for a code.
         */
        post: operations["startSecondFactor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/tenant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Choose the tenant that this session acts in
         * @description The session goes on under a new cookie, with the lengths that the tenant’s rules say. `sign_in_not_enough` where these ask for another way to sign in.
         */
        post: operations["chooseTenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is still to be done before anybody can sign in */
        get: operations["getSetup"];
        put?: never;
        /**
         * Make the first tenant and its owner
         * @description Works once in the life of an installation. The setup token stands in a file whose path the edge prints when it first starts.
         */
        post: operations["setUp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sign-in/{provider}/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where a provider sends the browser back to
         * @description Always answers 303: to where the sign-in was to lead, or to a page with `?problem=`.
         */
        get: operations["finishProviderSignIn"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sign-in/{provider}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin to sign in with a provider
         * @description Sets a cookie that binds the attempt to this browser for ten minutes, and answers where to send it.
         */
        post: operations["startProviderSignIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sign-in/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whom everybody can sign in with */
        get: operations["listSignInProviders"];
        put?: never;
        /**
         * Whom one can sign in with who has this mail address
         * @description Also with the providers of tenants that name its domain. What is answered never depends on whether an account has that address, which stands in no URL.
         */
        post: operations["findSignInProviders"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tenant that you are in */
        get: operations["getTenant"];
        put?: never;
        post?: never;
        /**
         * Delete the tenant: in 30 days everything of it is erased
         * @description Its name is the confirmation. From now on nobody but its owners gets in, who may read, export and restore; what runs is told to stop, nothing is started, no schedule fires. After 30 days every row of it goes, but for the audit log, which keeps verifying and names nobody. The tenant that the installation was set up with stays.
         */
        delete: operations["deleteTenant"];
        options?: never;
        head?: never;
        /** Give the tenant another name */
        patch: operations["changeTenant"];
        trace?: never;
    };
    "/v1/tenant/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everything that the edge has of the tenant, as JSON lines
         * @description One line says of whom and when, then one `{"table":…,"row":…}` for every row of every table, then one `{"end":{"rows":…}}` with the number of rows of each: without it the export is a part of one. Bytes are base64, times milliseconds since 1970. Hashes of secrets and what the edge has sealed for itself are left out; what is sealed to keys of yours is there as it is. Tables are read one after the other, while others go on writing.
         */
        get: operations["exportTenant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenant/owner": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hand the tenant over: another member becomes owner in your place, and you an admin
         * @description For an owner by a role of their own. Root keys are another matter: who owns those decides what is signed.
         */
        post: operations["transferOwner"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenant/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take the deletion of the tenant back
         * @description Members get in again and agents get work. Schedules go on from now; what was called off stays so.
         */
        post: operations["restoreTenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every tenant of the installation, and how much it has, by id
         * @description For the operator. It shows nothing of what a tenant has but how many.
         */
        get: operations["listTenants"];
        put?: never;
        /**
         * Make another tenant on this installation
         * @description For the operator, who set the installation up. The new tenant’s first member is its owner; the operator has no part in it.
         */
        post: operations["createTenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Say how many members, agents, connections, pipelines, runs and logs a tenant may have
         * @description All of them at once: what is left out has no limit, as all have until somebody says so. What a tenant has beyond it stays; what would be one more is refused with 403 `quota_reached`. A fire time for which there is no room passes, and a run whose log is refused goes on.
         */
        put: operations["setTenantQuotas"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let the members and agents of a suspended tenant in again
         * @description Schedules go on from now; what they missed is not made up for.
         */
        post: operations["resumeTenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Keep the members and agents of a tenant out
         * @description They are answered 403 `tenant_suspended` from the next request on. Its runs stay as they are: what waits goes on waiting, what an agent works at is given up by it. No schedule fires and no webhook starts anything. The tenant that the installation was set up with cannot be suspended.
         */
        post: operations["suspendTenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * API tokens, newest first
         * @description Your own; of everybody in the tenant when you may change members.
         */
        get: operations["listTokens"];
        put?: never;
        /**
         * Make an API token for yourself, or for a service
         * @description For yourself it takes `tokens.write` at any place. Scopes, place and networks are at most those of the caller, and are cut to the holder’s roles whenever the token is used. A token made by an API token ends no later than that one. For a service it takes `members.write`, and its scopes are always named. The secret is shown once.
         */
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a token; it stops working at once
         * @description Your own, whatever your roles are; when you may change members, that of anybody in the tenant who holds no more than you do. By a token that was cut down it takes `tokens.write`.
         */
        delete: operations["revokeToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a token a new secret; the old one counts until the overlap ends
         * @description Your own, whatever your roles are; a service’s when you may change members. By a token that was cut down it takes `tokens.write`. The new token has the limits of the old one and lasts as long as that one was made for. Whoever rotates has to hold all that the token may do. Devices sign in anew instead.
         */
        post: operations["rotateToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke the token that this request bears: signing out */
        delete: operations["revokeCurrentToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/trust": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Trust documents, newest first */
        get: operations["listTrust"];
        put?: never;
        /**
         * Publish the next trust document
         * @description Compare-and-set: its version is the newest one plus 1 and its `previous` the hash of that one, else 409. A document that commits to a new policy brings the envelope of it.
         */
        post: operations["publishTrust"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/trust/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One trust document, with the sealed policy that it commits to */
        get: operations["getTrust"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/whoami": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who you are here, your roles, and what they let you do */
        get: operations["whoami"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Workspaces, oldest first */
        get: operations["listWorkspaces"];
        put?: never;
        /** Make a workspace */
        post: operations["createWorkspace"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspaces/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One workspace */
        get: operations["getWorkspace"];
        put?: never;
        post?: never;
        /** Remove a workspace that has no projects; roles bound to it go too */
        delete: operations["removeWorkspace"];
        options?: never;
        head?: never;
        /**
         * Rename a workspace, or say what it is for
         * @description Nothing that is signed names a workspace. Roles and tokens bound to it go on.
         */
        patch: operations["changeWorkspace"];
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AcceptedInvitation: {
            member: components["schemas"]["Member"];
            token: string;
        };
        Account: {
            created: string;
            email: string;
            email_verified: boolean;
            has_password: boolean;
            id: string;
            name: string;
            password_changed?: string;
        };
        AccountChange: {
            name: string;
        };
        AddressChange: {
            /** @description The password. Not needed within five minutes of a passkey or a code. */
            current?: string;
            /** @description A mail address. */
            email: string;
        };
        AddressProof: {
            /** @description What stands behind the # of the link in the mail. */
            secret: string;
        };
        Agent: {
            approved?: string;
            created: string;
            /** @description Since when it is handed no work. */
            draining?: string;
            /** @description It joined by its pool's key, and is removed after a day of silence. */
            ephemeral: boolean;
            fingerprint: string;
            health?: components["schemas"]["AgentHealth"];
            id: string;
            /** @description Written within a few seconds. */
            last_seen?: string;
            /** @description When it was noticed that nothing is heard of it any more. */
            lost?: string;
            name: string;
            pool: string;
            public_key: string;
            revoked?: string;
            /** @enum {string} */
            state: "pending" | "approved" | "revoked";
            /** @description When it said that it stops. */
            stopped?: string;
            version: string;
        };
        AgentCheckpoint: {
            checkpoint: string;
            /** @description Hashes of the consistency proof, base64. */
            consistency: string[];
            size: number;
        };
        AgentHealth: {
            /** @description By how much its clock is ahead of the edge's, the time on the way included. */
            clock_skew_ms: number;
            labels: string[];
            protocol: number;
            reported: string;
            /** @description When the newest key of its ring was made. */
            ring_created: string;
            slots: number;
            slots_used: number;
            /** @description It takes nothing more, and finishes what it holds. */
            stopping: boolean;
            version: string;
        };
        AgentSelf: {
            id: string;
            pool: string;
            /** @enum {string} */
            state: "pending" | "approved" | "revoked";
        };
        Approval: {
            asked_by: string;
            asked_by_name: string | null;
            created: string;
            decided?: string;
            decided_by?: string;
            expires: string;
            id: string;
            /** @enum {string} */
            kind: "keys" | "deletion" | "rules";
            /** @description The operationId of what was asked. */
            operation: string;
            /** @description SHA-256 over method, path and body: exactly this is approved. */
            request: string;
            /** @enum {string} */
            state: "waiting" | "approved" | "refused" | "used" | "expired";
            /** @description What that operation does, in words. */
            summary: string;
        };
        /** @description The id of the approval that another person gave to this very request. `ask`, or `ask` and that id, asks only: 204 where the request may happen as far as approvals go. Nothing is done then. */
        ApprovalId: string;
        AuditCheckpoint: {
            /** @description A signed note (C2SP tlog-checkpoint) under the log key. */
            checkpoint: string;
            root: string;
            size: number;
        };
        AuditConsistency: {
            from: number;
            proof: string[];
            to: number;
        };
        AuditEntry: {
            index: number;
            /** @description The exact text that the Merkle tree hashes: JSON. */
            leaf: string;
            /** @description Personal data that the leaf holds as SHA-256 over salt and value, each behind its length; left out when erased or when there is none. Salts are base64. */
            names?: {
                [key: string]: {
                    salt: string;
                    value: string;
                };
            };
        };
        AuditInclusion: {
            index: number;
            leaf_hash: string;
            proof: string[];
            size: number;
        };
        Because: {
            /**
             * @description `membership`: every active member holds it; `operator`: they set the installation up.
             * @enum {string}
             */
            by: "role" | "membership" | "operator";
            /** @description Where it comes from being in a group. */
            group?: string;
            group_name?: string;
            /** @enum {string} */
            level: "tenant" | "workspace" | "project";
            /** @description Of the workspace or project. */
            place?: string;
            /** @description Of the workspace or project, for who may see it. */
            place_name?: string;
            role?: components["schemas"]["Role"];
            /** @description Of a custom role. */
            role_name?: string;
        };
        Binding: {
            created: string;
            group?: string;
            id: string;
            /** @enum {string} */
            level: "tenant" | "workspace" | "project";
            member?: string;
            /** @description Of the workspace or project. */
            place?: string;
            role: components["schemas"]["Role"];
        };
        CalledWebhook: {
            run: string;
        };
        CatalogueRecord: {
            /** @enum {string} */
            action: "test" | "discover";
            created: string;
            document: components["schemas"]["Dsse"];
            sealed: string;
        };
        Challenge: {
            challenge: string;
            expires: string;
        };
        ChosenTenant: {
            member: string;
            tenant: string;
        };
        ClaimRule: {
            claim: string;
            /** @enum {string} */
            level?: "tenant" | "workspace" | "project";
            /** @description Of the workspace or project. */
            place?: string;
            /** @description A built-in role but owner, or the id of a custom one. */
            role: string;
            /** @description The claim is this text, or a list that holds it. */
            value: string;
        };
        Complete: {
            code?: components["schemas"]["FaultCode"];
            fence: number;
            retry: boolean;
            /** @enum {string} */
            status: "succeeded" | "partial" | "failed" | "refused" | "cancelled" | "released";
            streams: components["schemas"]["StreamResult"][];
        };
        CompleteRewrap: {
            fence: number;
            records: components["schemas"]["Rewrapped"][];
            refused: components["schemas"]["RefusedRecord"][];
        };
        ConnectionRecord: {
            created: string;
            document: components["schemas"]["Dsse"];
            hash: string;
            id: string;
            /** @enum {string} */
            kind: "postgres" | "mysql" | "sqlite" | "libsql" | "files" | "https";
            name: string;
            pools: string[];
            project: string;
            sealed: string;
            updated: string;
            version: number;
        };
        ConnectionSummary: {
            created: string;
            hash: string;
            id: string;
            /** @enum {string} */
            kind: "postgres" | "mysql" | "sqlite" | "libsql" | "files" | "https";
            name: string;
            pools: string[];
            project: string;
            updated: string;
            version: number;
        };
        CreatedTenant: {
            member: components["schemas"]["Member"];
            tenant: components["schemas"]["Tenant"];
            /** @description The first token, shown once: left out when the Idempotency-Key was used before. */
            token?: string;
        };
        CreatedToken: {
            created: string;
            expires: string;
            /** @description Of a device: when a person last approved it. */
            fresh?: string;
            id: string;
            /** @description Of a device: it ends then unless it is used before. */
            idle_until?: string;
            /** @description The address that it was last used from. */
            last_network?: string;
            /** @description To the minute. */
            last_used?: string;
            member: string;
            name: string;
            /** @description Left out: from anywhere. */
            networks?: string[];
            place?: components["schemas"]["TokenPlace"];
            revoked?: string;
            /** @description Left out: all that the roles hold. */
            scopes?: components["schemas"]["Permission"][];
            sort: components["schemas"]["TokenSort"];
            /** @description The token that takes its place since a rotation. */
            successor?: string;
            /** @description The secret, shown once: left out when the Idempotency-Key was used before. */
            token?: string;
        };
        DeadLetter: {
            code?: components["schemas"]["FaultCode"];
            first: string;
            last: string;
            last_run: string;
            pipeline_id: string;
            project: string;
            reason: string;
            runs: number;
            state: components["schemas"]["RunState"];
            version?: number;
        };
        DeadLetters: {
            complete: boolean;
            data: components["schemas"]["DeadLetter"][];
        };
        DeviceApproval: {
            /** @description The one that your session has chosen. */
            tenant: string;
            /** @description As the device shows it; case and dashes do not count. */
            user_code: string;
        };
        DeviceAuthorization: {
            device_code: string;
            /** @description Seconds. */
            expires_in: number;
            /** @description Seconds between two requests for the token. */
            interval: number;
            user_code: string;
            verification_uri: string;
            /** @description The code stands in the fragment: it reaches no server and no log. */
            verification_uri_complete: string;
        };
        DeviceAuthorizationRequest: {
            /** @description Always `sallyport`. */
            client_id: string;
            /** @description What the person is shown: the name of the machine. */
            device?: string;
            /** @description Permissions with spaces between, RFC 6749 section 3.3; all that the person has unless said. */
            scope?: string;
        };
        DeviceCode: {
            /** @description As the device shows it; case and dashes do not count. */
            user_code: string;
        };
        DeviceDecision: {
            /** @enum {string} */
            state: "approved" | "denied";
        };
        DeviceFreshRequest: {
            /** @description What the person is shown: the name of the machine. */
            device?: string;
        };
        DeviceRequest: {
            /** @description The program that asked, as it says of itself. */
            agent: string;
            created: string;
            device: string;
            expires: string;
            /** @description The address that it asked from. */
            network: string;
            /** @description Whether a device that is signed in already wants it anew. */
            renews: boolean;
            /** @description Left out: all that you may. */
            scopes?: components["schemas"]["Permission"][];
            user_code: string;
        };
        DeviceToken: {
            access_token: string;
            /** @description Seconds. */
            expires_in: number;
            /** @description Permissions with spaces between, where it is cut down. */
            scope?: string;
            /** @enum {string} */
            token_type: "Bearer";
        };
        DeviceTokenRequest: {
            /** @description Always `sallyport`. */
            client_id: string;
            device_code: string;
            /** @description `urn:ietf:params:oauth:grant-type:device_code` */
            grant_type: string;
        };
        Dsse: {
            payload: string;
            payloadType: string;
            signatures: {
                keyid: string;
                sig: string;
            }[];
        };
        EnrolmentToken: {
            expires: string;
            pool: string;
            token?: string;
        };
        /** @enum {string} */
        Environment: "development" | "staging" | "production" | "other";
        ErasedMember: {
            erased: string;
            id: string;
            names: number;
        };
        ErasedTenant: {
            /** @description The signed note over all of them. */
            checkpoint: string;
            erased: string;
            id: string;
            /** @description That signed the checkpoint. Its private half is gone. */
            log_key: string;
            /** @description Entries of the audit log; the last one is the erasure. */
            size: number;
        };
        Explanation: {
            allowed: boolean;
            because: components["schemas"]["Because"][];
            /** @enum {string} */
            level: "tenant" | "workspace" | "project";
            member: string;
            missing?: {
                /** @description True: they are not an active member of the tenant. */
                active: boolean;
                /** @description Where it would have to be held: one of them is enough. */
                levels: ("tenant" | "workspace" | "project")[];
                /** @description The roles that hold it: one of them, bound there. */
                roles: components["schemas"]["Role"][];
            };
            permission: components["schemas"]["Permission"];
            place?: string;
            /** @description Where what is done is signed: what the signer needs besides. */
            signing?: string;
        };
        FactorAdded: {
            /** @description Ten, each good once, shown once: left out when there were some already, or the Idempotency-Key was used before. */
            recovery_codes?: string[];
        };
        Factors: {
            /** @description Tenants of yours that ask for a second factor. */
            demanded_by: {
                name: string;
                tenant: string;
            }[];
            passkeys: components["schemas"]["Passkey"][];
            recovery_codes: {
                created?: string;
                left: number;
            };
            totp: {
                on: boolean;
                since?: string;
            };
        };
        /** @enum {string} */
        FaultCode: "invalid_request" | "malformed_json" | "unsupported_media_type" | "body_too_large" | "request_timeout" | "unauthenticated" | "request_signature_invalid" | "clock_skew" | "protocol_unsupported" | "forbidden" | "fresh_sign_in_required" | "approval_required" | "origin_refused" | "sign_in_failed" | "second_factor_required" | "sign_in_not_enough" | "second_factor_demanded" | "password_refused" | "mail_off" | "link_invalid" | "link_required" | "provider_failed" | "provider_refused" | "separation_of_duties" | "tenant_closing" | "tenant_suspended" | "quota_reached" | "authorization_pending" | "slow_down" | "expired_token" | "access_denied" | "grant_invalid" | "grant_unsupported" | "client_unknown" | "scope_invalid" | "not_found" | "method_not_allowed" | "database_outdated" | "conflict" | "last_owner" | "already_exists" | "idempotency_mismatch" | "too_many_requests" | "agent_not_approved" | "agent_revoked" | "fingerprint_mismatch" | "pool_unknown" | "log_key_mismatch" | "challenge_invalid" | "enrolment_not_allowed" | "possession_failed" | "rewrap_stale" | "attempts_used" | "run_not_ended" | "lease_lost" | "internal" | "unavailable" | "file_unreadable" | "file_unwritable" | "file_not_private" | "invalid_file" | "invalid_setting" | "not_signed_in" | "already_running" | "not_enrolled" | "edge_unreachable" | "edge_insecure" | "edge_unexpected" | "keystore_unreachable" | "keystore_denied" | "keystore_missing" | "keystore_read_only" | "keystore_moved" | "store_unreachable" | "store_denied" | "envelope_invalid" | "suite_refused" | "kid_missing" | "envelope_refused" | "commitment_mismatch" | "state_refused" | "document_invalid" | "signature_invalid" | "signer_not_allowed" | "trust_invalid" | "index_invalid" | "ring_mismatch" | "pin_mismatch" | "trust_rolled_back" | "trust_forked" | "trust_missing" | "trust_expired" | "trust_stale" | "anchor_missing" | "anchor_rolled_back" | "anchor_local" | "release_refused" | "floor_missing" | "denied" | "index_rolled_back" | "index_forked" | "index_missing" | "project_mismatch" | "not_in_index" | "not_at_index" | "version_fell" | "wrong_pool" | "wrong_connection" | "trigger_not_allowed" | "request_expired" | "request_mismatch" | "clock_turned_back" | "fire_time_refused" | "upstream_refused" | "trigger_before_anchor" | "parameter_refused" | "trigger_used" | "limit_reached" | "policy_missing" | "policy_denied" | "address_refused" | "host_not_declared" | "redirect_refused" | "plain_refused" | "path_refused" | "reference_refused" | "log_refused" | "catalogue_refused" | "relay_denied" | "readers_missing" | "log_forked" | "agent_lost" | "rewrap_refused" | "recovery_refused" | "checkpoint_invalid" | "export_invalid" | "export_altered" | "pipeline_invalid" | "connections_invalid" | "connection_unknown" | "connection_invalid" | "unsupported" | "run_unfinished" | "reference_missing" | "host_unresolved" | "connection_refused" | "connection_lost" | "proxy_refused" | "source_unavailable" | "connections_exhausted" | "throttled" | "stalled" | "tls_failed" | "login_failed" | "database_missing" | "stream_missing" | "column_missing" | "column_required" | "names_collide" | "cursor_refused" | "key_missing" | "key_refused" | "keys_doubled" | "schema_refused" | "name_refused" | "target_refused" | "type_refused" | "permission_denied" | "file_invalid" | "value_refused" | "row_refused" | "constraint_refused" | "value_too_large" | "disk_full" | "target_busy" | "target_locked" | "rows_lost" | "rows_over_limit" | "bytes_over_limit" | "time_over_limit" | "run_superseded" | "cancelled" | "hold_unavailable" | "hold_failed" | "hold_memory" | "engine_failed" | "source_failed" | "target_failed";
        Fresh: {
            fresh_until: string;
        };
        Front: {
            /** @description The OpenAPI document of what is served. */
            api: string;
            console: string;
            docs: string;
            health: string;
            /** @enum {string} */
            name: "Sallyport";
        };
        Group: {
            created: string;
            id: string;
            members: number;
            name: string;
        };
        GroupMember: {
            member: string;
            since: string;
        };
        HeldRole: {
            /** @description Where it comes from being in a group. */
            group?: string;
            group_name?: string;
            /** @enum {string} */
            level: "tenant" | "workspace" | "project";
            /** @description Of the workspace or project. */
            place?: string;
            /** @description Of the workspace or project, for who may see it. */
            place_name?: string;
            role: components["schemas"]["Role"];
            /** @description Of a custom role. */
            role_name?: string;
        };
        /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
        IdempotencyKey: string;
        Identity: {
            created: string;
            id: string;
            issuer: components["schemas"]["Issuer"];
            /** @description What the provider calls you. */
            name: string;
            provider: string;
            used: string;
        };
        IndexRecord: {
            created: string;
            document: components["schemas"]["Dsse"];
            hash: string;
            number: number;
            project: string;
        };
        Inspection: {
            /** @enum {string} */
            action: "test" | "discover";
            agent_id?: string;
            code?: components["schemas"]["FaultCode"];
            connection_id: string;
            created: string;
            expires: string;
            failed_checks?: number;
            finished?: string;
            id: string;
            pool: string;
            project: string;
            state: components["schemas"]["InspectionState"];
            streams?: number;
            version: number;
        };
        /** @enum {string} */
        InspectionState: "queued" | "leased" | "succeeded" | "failed" | "refused" | "expired";
        InspectJob: {
            connection: components["schemas"]["SealedDocument"];
            inspection: string;
            /** @enum {string} */
            kind: "inspect";
            lease: {
                fence: number;
                until: string;
            };
            order: components["schemas"]["SealedDocument"];
            project: string;
        };
        Invitation: {
            created: string;
            /** @description Only an account of this address accepts it. For who may change members. */
            email?: string;
            expires: string;
            inviter?: string;
            /**
             * @description `join`: to become the member. `link`: to sign in as one who is there already.
             * @enum {string}
             */
            kind: "join" | "link";
            /** @description Who it is for: a member has one invitation at a time. */
            member: string;
            name: string;
        };
        InvitationSecret: {
            invitation: string;
        };
        InvitedMember: {
            /** @description To hand over; good once, for seven days. Shown once: left out when the Idempotency-Key was used before, and where it went by mail. */
            invitation?: string;
            member: components["schemas"]["Member"];
        };
        Issuer: string;
        KeyRecord: {
            id: string;
            name?: string;
            project?: string;
            refused?: components["schemas"]["FaultCode"];
            /** @description Whether it is sealed to others than it has to be. */
            rewrap: boolean;
            type: components["schemas"]["RewrapType"];
            version: number;
        };
        KeySummary: {
            /** @description Whole days since then: what a reminder to rotate goes by. */
            age_days: number;
            by_type: {
                connection: number;
                log: number;
                pipeline: number;
                policy: number;
            };
            /** @description Agents that have opened something sealed to it, and when they last did. */
            holders: {
                agent: string;
                proven: string;
            }[];
            kid: string;
            pool: string;
            /** @description Stored versions of records that are sealed to it. */
            records: number;
            /** @description When the first trust document that lists it was issued. */
            since: string;
            /** @enum {string} */
            state: "active" | "retiring" | "retired" | "compromised";
            suite: 1 | 2;
        };
        Limit: {
            held: number;
            runs: number;
            scope: components["schemas"]["LimitScope"];
            updated: string;
        };
        LimitScope: string;
        LogKey: {
            created: string;
            public_key: string;
            /** @enum {string} */
            state: "current" | "next";
        };
        MadeWebhook: {
            created: string;
            id: string;
            /** @description Until when the secret before counts as well. */
            older_until?: string;
            pipeline_id: string;
            rotated?: string;
            /** @description Shown once: what callers sign with. Left out where the request is repeated. */
            secret?: string;
            /** @description Where calls go. */
            url: string;
        };
        MailAsked: {
            /** @description A mail address. */
            email: string;
        };
        MailSent: {
            /** @enum {string} */
            mail: "sent";
        };
        Member: {
            created: string;
            erased?: string;
            id: string;
            /** @enum {string} */
            kind: "person" | "service";
            /** @description True where an account signs in as this member; a person without one has tokens alone. */
            linked?: boolean;
            /** @description Empty once they were erased. */
            name: string;
            role?: components["schemas"]["Role"];
            /** @enum {string} */
            state: "invited" | "active" | "removed";
        };
        MemberChange: {
            role: components["schemas"]["Role"];
        };
        NewAccount: {
            name: string;
            /** @description Any characters, 12 to 256. Common ones and those made of your name are refused. */
            password: string;
            /** @description What stands behind the # of the link in the mail. */
            secret: string;
        };
        NewAccountByInvitation: {
            /** @description Where the invitation names none. */
            email?: string;
            invitation: string;
            name: string;
            /** @description Any characters, 12 to 256. Common ones and those made of your name are refused. */
            password: string;
        };
        NewBinding: {
            group?: string;
            /** @enum {string} */
            level: "tenant" | "workspace" | "project";
            /** @description A member or a group: one of them. */
            member?: string;
            /** @description Of the workspace or project; left out at the tenant. */
            place?: string;
            role: components["schemas"]["Role"];
        };
        Newest: {
            /** @description By project: the number of its newest index. */
            indexes: {
                [key: string]: number;
            };
            trust: number | null;
        };
        NewGroup: {
            name: string;
        };
        NewInvitation: {
            /** @description It goes there by mail, and only that address accepts it. */
            email?: string;
        };
        NewMember: {
            bindings?: {
                /** @enum {string} */
                level: "tenant" | "workspace" | "project";
                /** @description The workspace or project; left out at the tenant. */
                place?: string;
                role: components["schemas"]["Role"];
            }[];
            /** @description Of a person: the invitation goes there, and only that address accepts it. */
            email?: string;
            /**
             * @description A person unless said.
             * @enum {string}
             */
            kind?: "person" | "service";
            name: string;
            role?: components["schemas"]["Role"];
        };
        NewOwner: {
            member: string;
        };
        NewPasskey: {
            credential: components["schemas"]["PasskeyRegistration"];
            name: string;
        };
        NewProject: {
            /** @description For good: it is signed in every index of the project. */
            name: string;
            workspace: string;
        };
        NewProvider: {
            claim_rules?: components["schemas"]["ClaimRule"][];
            client_id: string;
            /** @description Kept sealed, and never answered. */
            client_secret: string;
            issuer: components["schemas"]["Issuer"];
            name: string;
        };
        NewRecoveryCodes: {
            /** @description Ten, each good once, shown once: left out when there were some already, or the Idempotency-Key was used before. */
            recovery_codes?: string[];
        };
        NewRole: {
            name: string;
            /** @description Of the closed list, and none that you do not hold yourself at the tenant. */
            permissions: components["schemas"]["Permission"][];
        };
        NewTenant: {
            person: {
                name: string;
            };
            tenant: {
                /** @description Made by the customer, not by the edge: keys and documents name it. */
                id: string;
                name: string;
            };
        };
        NewToken: {
            /** @description 90 unless said. */
            expires_in_days?: number;
            /** @description A member of kind service, whose token it becomes; your own unless said. */
            member?: string;
            name: string;
            /** @description Where it may be used from; from anywhere unless said. */
            networks?: string[];
            place?: components["schemas"]["TokenPlace"];
            scopes?: components["schemas"]["Permission"][];
        };
        /** @description Its environment is `other` unless said. */
        NewWorkspace: {
            environment?: components["schemas"]["Environment"];
            name: string;
        };
        Nothing: Record<string, never>;
        OfTenant: {
            tenant: string;
        };
        OperatedTenant: {
            /** @description When its deletion was asked for. */
            closing?: string;
            created: string;
            id: string;
            name: string;
            quotas: components["schemas"]["Quotas"];
            /** @description Since when its members and agents are kept out. */
            suspended?: string;
            usage: components["schemas"]["TenantUsage"];
        };
        OwnerChange: {
            from: string;
            to: string;
        };
        OwnTenant: {
            /** @description Whether this session has chosen it. */
            chosen: boolean;
            member: string;
            /** @description Of the member, as the tenant calls them. */
            name: string;
            /** @description Names of roles in the whole tenant, by the member’s own bindings and those of groups. */
            roles: string[];
            tenant: components["schemas"]["Tenant"];
        };
        Passkey: {
            created: string;
            id: string;
            last_used?: string;
            name: string;
            /** @description Copied to other devices by whoever keeps it: it may leave its device. */
            synced: boolean;
        };
        PasskeyAdded: {
            passkey: components["schemas"]["Passkey"];
            /** @description Ten, each good once, shown once: left out when there were some already, or the Idempotency-Key was used before. */
            recovery_codes?: string[];
        };
        /** @description What `PublicKeyCredential.toJSON()` gives. */
        PasskeyAssertion: {
            id: string;
            rawId: string;
            response: {
                authenticatorData: string;
                clientDataJSON: string;
                signature: string;
                /** @description Empty or left out: the authenticator does not say whose it is. */
                userHandle?: string | null;
            };
            /** @enum {string} */
            type: "public-key";
        };
        PasskeyChange: {
            name: string;
        };
        PasskeyCreationOptions: {
            /** @enum {string} */
            attestation: "none";
            authenticatorSelection: {
                requireResidentKey: boolean;
                /** @enum {string} */
                residentKey: "preferred";
                /** @enum {string} */
                userVerification: "required";
            };
            challenge: string;
            excludeCredentials: {
                id: string;
                transports?: ("ble" | "cable" | "hybrid" | "internal" | "nfc" | "smart-card" | "usb")[];
                /** @enum {string} */
                type: "public-key";
            }[];
            extensions: {
                credProps: boolean;
            };
            pubKeyCredParams: {
                alg: number;
                /** @enum {string} */
                type: "public-key";
            }[];
            rp: {
                id: string;
                name: string;
            };
            timeout: number;
            user: {
                displayName: string;
                id: string;
                name: string;
            };
        };
        /** @description What `PublicKeyCredential.toJSON()` gives. */
        PasskeyRegistration: {
            id: string;
            rawId: string;
            response: {
                attestationObject: string;
                clientDataJSON: string;
                transports?: string[];
            };
            /** @enum {string} */
            type: "public-key";
        };
        PasskeyRequestOptions: {
            /** @description Empty: any passkey of this installation. */
            allowCredentials: {
                id: string;
                transports?: ("ble" | "cable" | "hybrid" | "internal" | "nfc" | "smart-card" | "usb")[];
                /** @enum {string} */
                type: "public-key";
            }[];
            challenge: string;
            rpId: string;
            timeout: number;
            /** @enum {string} */
            userVerification: "required";
        };
        PasskeyShown: {
            credential: components["schemas"]["PasskeyAssertion"];
        };
        PasswordChange: {
            /** @description The password until now. Not needed within five minutes of a passkey or a code. */
            current?: string;
            /** @description Any characters, 12 to 256. Common ones and those made of your name are refused. */
            password: string;
        };
        PasswordReset: {
            /** @description Any characters, 12 to 256. Common ones and those made of your name are refused. */
            password: string;
            /** @description What stands behind the # of the link in the mail. */
            secret: string;
        };
        PasswordSignIn: {
            /** @description A mail address. */
            email: string;
            password: string;
        };
        /** @enum {string} */
        Permission: "tenant.read" | "tenant.write" | "tenant.delete" | "tenant.export" | "tenants.create" | "tenants.operate" | "workspaces.read" | "workspaces.write" | "projects.read" | "projects.write" | "members.read" | "members.write" | "roles.read" | "roles.write" | "rules.read" | "rules.write" | "approvals.read" | "approvals.write" | "tokens.read" | "tokens.write" | "trust.read" | "trust.write" | "keys.read" | "keys.write" | "index.read" | "index.write" | "agents.read" | "agents.write" | "connections.read" | "connections.write" | "pipelines.read" | "pipelines.write" | "runs.read" | "runs.write" | "audit.read" | "audit.export";
        PipelineLabels: {
            labels: string[];
            pipeline_id: string;
        };
        PipelinePause: {
            /** @description Since when somebody has paused the pipeline. */
            paused?: string;
            pipeline_id: string;
        };
        PipelineQueueing: {
            pipeline_id: string;
            priority: components["schemas"]["Priority"];
        };
        PipelineRecord: {
            api_runs_per_day?: number;
            created: string;
            destination: string;
            document: components["schemas"]["Dsse"];
            hash: string;
            id: string;
            name: string;
            pool: string;
            project: string;
            sealed: string;
            source: string;
            updated: string;
            version: number;
        };
        PipelineSchedule: {
            /** @enum {string} */
            catch_up: "none" | "last" | "all";
            cron?: string;
            every?: string;
            jitter?: number;
            /** @description When runs start, with what chance adds; of one that is paused none. */
            next: string[];
            /** @enum {string} */
            overlap: "skip" | "queue" | "cancel_running";
            /** @description Since when somebody has paused the pipeline. */
            paused?: string;
            pipeline_id: string;
            timezone?: string;
        };
        PipelineSummary: {
            api_runs_per_day?: number;
            created: string;
            destination: string;
            hash: string;
            id: string;
            name: string;
            pool: string;
            project: string;
            source: string;
            updated: string;
            version: number;
        };
        Pool: {
            agents: {
                approved: number;
                pending: number;
            };
            name: string;
        };
        PoolQueue: {
            /** @description Those of them that wait for a limit of their pipeline or connection. */
            held_back: number;
            /** @description Runs that are not due yet. */
            later: number;
            /** @description Since when the oldest of those waits that are due. */
            oldest?: string;
            pool: string;
            projects: {
                /** @description Those of them that wait for a limit of their pipeline or connection. */
                held_back: number;
                /** @description Runs that are not due yet. */
                later: number;
                /** @description Since when the oldest of those waits that are due. */
                oldest?: string;
                project: string;
                /** @description Runs that are due and that no agent has. */
                waiting: number;
            }[];
            /** @description Runs that are due and that no agent has. */
            waiting: number;
        };
        PossessionChallenge: {
            kid: string;
            sealed: string;
        };
        Priority: number;
        /** @description RFC 9457 problem details. `code` is stable; the texts are not. */
        Problem: {
            /** @description With `approval_required`: what has to be approved. */
            approval?: string;
            /** @enum {string} */
            code: "invalid_request" | "malformed_json" | "unsupported_media_type" | "body_too_large" | "request_timeout" | "unauthenticated" | "request_signature_invalid" | "clock_skew" | "protocol_unsupported" | "forbidden" | "fresh_sign_in_required" | "approval_required" | "origin_refused" | "sign_in_failed" | "second_factor_required" | "sign_in_not_enough" | "second_factor_demanded" | "password_refused" | "mail_off" | "link_invalid" | "link_required" | "provider_failed" | "provider_refused" | "separation_of_duties" | "tenant_closing" | "tenant_suspended" | "quota_reached" | "authorization_pending" | "slow_down" | "expired_token" | "access_denied" | "grant_invalid" | "grant_unsupported" | "client_unknown" | "scope_invalid" | "not_found" | "method_not_allowed" | "database_outdated" | "conflict" | "last_owner" | "already_exists" | "idempotency_mismatch" | "too_many_requests" | "agent_not_approved" | "agent_revoked" | "fingerprint_mismatch" | "pool_unknown" | "log_key_mismatch" | "challenge_invalid" | "enrolment_not_allowed" | "possession_failed" | "rewrap_stale" | "attempts_used" | "run_not_ended" | "lease_lost" | "internal" | "unavailable" | "file_unreadable" | "file_unwritable" | "file_not_private" | "invalid_file" | "invalid_setting" | "not_signed_in" | "already_running" | "not_enrolled" | "edge_unreachable" | "edge_insecure" | "edge_unexpected" | "keystore_unreachable" | "keystore_denied" | "keystore_missing" | "keystore_read_only" | "keystore_moved" | "store_unreachable" | "store_denied" | "envelope_invalid" | "suite_refused" | "kid_missing" | "envelope_refused" | "commitment_mismatch" | "state_refused" | "document_invalid" | "signature_invalid" | "signer_not_allowed" | "trust_invalid" | "index_invalid" | "ring_mismatch" | "pin_mismatch" | "trust_rolled_back" | "trust_forked" | "trust_missing" | "trust_expired" | "trust_stale" | "anchor_missing" | "anchor_rolled_back" | "anchor_local" | "release_refused" | "floor_missing" | "denied" | "index_rolled_back" | "index_forked" | "index_missing" | "project_mismatch" | "not_in_index" | "not_at_index" | "version_fell" | "wrong_pool" | "wrong_connection" | "trigger_not_allowed" | "request_expired" | "request_mismatch" | "clock_turned_back" | "fire_time_refused" | "upstream_refused" | "trigger_before_anchor" | "parameter_refused" | "trigger_used" | "limit_reached" | "policy_missing" | "policy_denied" | "address_refused" | "host_not_declared" | "redirect_refused" | "plain_refused" | "path_refused" | "reference_refused" | "log_refused" | "catalogue_refused" | "relay_denied" | "readers_missing" | "log_forked" | "agent_lost" | "rewrap_refused" | "recovery_refused" | "checkpoint_invalid" | "export_invalid" | "export_altered" | "pipeline_invalid" | "connections_invalid" | "connection_unknown" | "connection_invalid" | "unsupported" | "run_unfinished" | "reference_missing" | "host_unresolved" | "connection_refused" | "connection_lost" | "proxy_refused" | "source_unavailable" | "connections_exhausted" | "throttled" | "stalled" | "tls_failed" | "login_failed" | "database_missing" | "stream_missing" | "column_missing" | "column_required" | "names_collide" | "cursor_refused" | "key_missing" | "key_refused" | "keys_doubled" | "schema_refused" | "name_refused" | "target_refused" | "type_refused" | "permission_denied" | "file_invalid" | "value_refused" | "row_refused" | "constraint_refused" | "value_too_large" | "disk_full" | "target_busy" | "target_locked" | "rows_lost" | "rows_over_limit" | "bytes_over_limit" | "time_over_limit" | "run_superseded" | "cancelled" | "hold_unavailable" | "hold_failed" | "hold_memory" | "engine_failed" | "source_failed" | "target_failed";
            detail: string;
            /** @description The code of RFC 8628, where a device asks for its token. */
            error?: string;
            /** @description Where the request does not parse: a path into the body, or `query/…`, `path/…`, `header/…`. */
            errors?: {
                at: string;
                message: string;
            }[];
            /** @description With `sign_in_not_enough`: `second_factor`, `provider` (that of your mail address), `issuer` (another one), `password_refused` (passwords are off). */
            missing?: string[];
            request_id: string;
            status: number;
            title: string;
            type: string;
        };
        Project: {
            created: string;
            environment: components["schemas"]["Environment"];
            id: string;
            name: string;
            production: boolean;
            workspace: string;
        };
        Provider: {
            claim_rules: components["schemas"]["ClaimRule"][];
            client_id: string;
            created: string;
            id: string;
            issuer: components["schemas"]["Issuer"];
            name: string;
            /** @description To be registered with the provider. */
            redirect_uri: string;
            updated: string;
        };
        ProviderChange: {
            claim_rules?: components["schemas"]["ClaimRule"][];
            client_id?: string;
            client_secret?: string;
            name?: string;
        };
        PutSealedDocument: {
            document: components["schemas"]["Dsse"];
            sealed: string;
        };
        QueueState: {
            pools: components["schemas"]["PoolQueue"][];
        };
        Quotas: {
            agents?: number;
            connections?: number;
            /** @description Bytes of sealed logs that agents hand over in a UTC day. A run goes on without. */
            log_bytes_per_day?: number;
            members?: number;
            pipelines?: number;
            /** @description Made in a UTC day, by whatever trigger. */
            runs_per_day?: number;
            /** @description At a time. */
            runs_waiting?: number;
        };
        ReceiptRecord: {
            agent: string;
            issued: string;
            pool: string;
            receipt: components["schemas"]["Dsse"];
            received: string;
            trust: {
                hash: string;
                version: number;
            };
        };
        RefusedRecord: {
            code: components["schemas"]["FaultCode"];
            id: string;
            type: components["schemas"]["RewrapType"];
            version: number;
        };
        Retention: {
            /** @description Runs go with their counts and logs so many days after their end. */
            run_days: number | null;
        };
        Rewrap: {
            created: string;
            done: number;
            finished?: string;
            id: string;
            /** @description Records that an agent did not pass on: not offered again in this one. */
            refused: number;
            /** @description By key id: records that are sealed to it and are not to be any more. Empty when all is well. */
            remaining: {
                [key: string]: number;
            };
            state: components["schemas"]["RewrapState"];
            /** @description Records done, refused and still to do. */
            total: number;
        };
        RewrapJob: {
            batch: string;
            /** @enum {string} */
            kind: "rewrap";
            lease: {
                fence: number;
                until: string;
            };
            records: components["schemas"]["RewrapRecord"][];
        };
        Rewrapped: {
            id: string;
            sealed: string;
            type: components["schemas"]["RewrapType"];
            version: number;
            was: string;
        };
        RewrapRecord: {
            document: components["schemas"]["Dsse"] | null;
            id: string;
            project: string | null;
            sealed: string;
            type: components["schemas"]["RewrapType"];
            version: number;
        };
        /** @enum {string} */
        RewrapState: "running" | "paused" | "done";
        /** @enum {string} */
        RewrapType: "connection" | "pipeline" | "policy" | "log";
        /** @description A built-in role by its name, or a custom one by its id. */
        Role: ("owner" | "admin" | "editor" | "viewer" | "security_officer" | "auditor" | "agent_operator") | string;
        RoleChange: {
            name?: string;
            /** @description Of the closed list, and none that you do not hold yourself at the tenant. */
            permissions?: components["schemas"]["Permission"][];
        };
        RoleRecord: {
            built_in: boolean;
            created?: string;
            id: components["schemas"]["Role"];
            name: string;
            permissions: components["schemas"]["Permission"][];
        };
        Run: {
            /** @enum {string} */
            action: "run" | "reset" | "resync" | "backfill";
            /** @description Of a run after another one: which one it follows. */
            after?: string;
            agent_id?: string;
            attempt: number;
            /** @description The most attempts that the run gets. */
            attempts: number;
            /** @description Someone has asked for it to be cancelled. */
            cancel: boolean;
            code?: components["schemas"]["FaultCode"];
            created: string;
            finished?: string;
            /** @description Of a scheduled run: the time that it stands for. */
            fire?: string;
            id: string;
            next_attempt?: string;
            pipeline_id: string;
            pool: string;
            priority: components["schemas"]["Priority"];
            project: string;
            /** @description What ended it short of its end: runs with one reason have one. */
            reason?: string;
            /**
             * @description What it takes to have it attempted again: nothing, or a signed request, as its attempts are used up.
             * @enum {string}
             */
            redrive?: "free" | "signed";
            /** @description How often somebody had it attempted again. */
            redriven?: number;
            started?: string;
            state: components["schemas"]["RunState"];
            /** @enum {string} */
            trigger: "request" | "api" | "schedule" | "webhook" | "after";
            /** @description Of the pipeline, as it was handed out last. */
            version?: number;
        };
        RunJob: {
            connections: components["schemas"]["SealedDocument"][];
            /** @enum {string} */
            kind: "run";
            lease: {
                fence: number;
                until: string;
            };
            pipeline: components["schemas"]["SealedDocument"];
            run: {
                attempt: number;
                id: string;
                index: number;
                pipeline_id: string;
                project: string;
                redrive?: components["schemas"]["Dsse"];
                trigger: components["schemas"]["Trigger"];
            };
        };
        RunLogRecord: {
            created: string;
            document: components["schemas"]["Dsse"];
            fence: number;
            sealed: string;
        };
        RunRecord: {
            /** @enum {string} */
            action: "run" | "reset" | "resync" | "backfill";
            /** @description Of a run after another one: which one it follows. */
            after?: string;
            agent_id?: string;
            attempt: number;
            /** @description The most attempts that the run gets. */
            attempts: number;
            /** @description Someone has asked for it to be cancelled. */
            cancel: boolean;
            code?: components["schemas"]["FaultCode"];
            created: string;
            finished?: string;
            /** @description Of a scheduled run: the time that it stands for. */
            fire?: string;
            id: string;
            next_attempt?: string;
            pipeline_id: string;
            pool: string;
            priority: components["schemas"]["Priority"];
            project: string;
            /** @description What ended it short of its end: runs with one reason have one. */
            reason?: string;
            /**
             * @description What it takes to have it attempted again: nothing, or a signed request, as its attempts are used up.
             * @enum {string}
             */
            redrive?: "free" | "signed";
            /** @description How often somebody had it attempted again. */
            redriven?: number;
            started?: string;
            state: components["schemas"]["RunState"];
            streams: components["schemas"]["RunStream"][];
            /** @enum {string} */
            trigger: "request" | "api" | "schedule" | "webhook" | "after";
            /** @description Of the pipeline, as it was handed out last. */
            version?: number;
        };
        /** @enum {string} */
        RunState: "queued" | "leased" | "running" | "succeeded" | "partial" | "failed" | "refused" | "cancelled" | "dead";
        RunStream: {
            bytes: number;
            code?: components["schemas"]["FaultCode"];
            index: number;
            rejected?: number;
            /** @enum {string} */
            route?: "direct" | "restowed";
            rows: number;
            rows_read?: number;
            seconds?: number;
            /** @enum {string} */
            status?: "succeeded" | "failed" | "refused" | "cancelled";
            /** @enum {boolean} */
            taken?: true;
        };
        RunTimeline: {
            events: {
                agent_id?: string;
                at: string;
                code?: components["schemas"]["FaultCode"];
                /** @description Of the lease, which is an attempt. */
                fence?: number;
                /** @enum {string} */
                kind: "partial" | "failed" | "refused" | "cancelled" | "released" | "expired" | "overrun" | "withdrawn" | "redriven" | "created" | "claimed" | "started" | "succeeded" | "ended";
            }[];
            run: string;
            state: components["schemas"]["RunState"];
        };
        ScheduleSummary: {
            /** @enum {string} */
            catch_up: "none" | "last" | "all";
            cron?: string;
            every?: string;
            jitter?: number;
            name: string;
            /** @description When the next run starts. */
            next?: string;
            /** @enum {string} */
            overlap: "skip" | "queue" | "cancel_running";
            /** @description Since when somebody has paused the pipeline. */
            paused?: string;
            pipeline_id: string;
            project: string;
            timezone?: string;
        };
        SealedDocument: {
            document: components["schemas"]["Dsse"];
            sealed: string;
        };
        SecondFactor: {
            code: string;
            /** @enum {string} */
            method: "totp";
        } | {
            code: string;
            /** @enum {string} */
            method: "recovery";
        } | {
            credential: components["schemas"]["PasskeyAssertion"];
            /** @enum {string} */
            method: "passkey";
        };
        SecondFactorShown: {
            /** @enum {string} */
            next: "done";
            /** @description After a recovery code: set up an app or a passkey within five minutes, or a new set of codes. */
            recovery_codes_left?: number;
        };
        SeenInvitation: {
            /** @description The address that the account has to have. */
            email?: string;
            expires: string;
            /** @description Name of who invited. */
            inviter?: string;
            /** @enum {string} */
            kind: "join" | "link";
            /** @description Of the member, as the tenant calls them. */
            name: string;
            /** @description For a machine: it is accepted for a token, not by an account. */
            service: boolean;
            tenant: string;
            tenant_name: string;
        };
        SentInvitation: {
            created: string;
            /** @description Only an account of this address accepts it. For who may change members. */
            email?: string;
            expires: string;
            /** @description To hand over, shown once. Left out where it went by mail: then nobody else sees it. */
            invitation?: string;
            inviter?: string;
            /**
             * @description `join`: to become the member. `link`: to sign in as one who is there already.
             * @enum {string}
             */
            kind: "join" | "link";
            /** @description Who it is for: a member has one invitation at a time. */
            member: string;
            name: string;
        };
        Session: {
            /** @description What the browser says of itself. */
            agent: string;
            created: string;
            /** @description The one that asks. */
            current: boolean;
            /** @description Earlier when nothing is heard of it for a while. */
            ends: string;
            id: string;
            methods: {
                at: string;
                /** @enum {string} */
                method: "password" | "passkey" | "totp" | "recovery" | "provider";
            }[];
            /** @description The address that it signed in from. */
            network: string;
            /** @description To the minute. */
            seen: string;
            /** @description The tenant that it has chosen. */
            tenant?: string;
        };
        Setup: {
            /**
             * @description `tenant`: nobody has run `sallyport init` yet; `account`: nobody can sign in to the console yet.
             * @enum {string}
             */
            next: "tenant" | "account" | "done";
        };
        SignedIn: {
            /**
             * @description `second_factor`: the session is good for nothing but to show one.
             * @enum {string}
             */
            next: "done" | "second_factor";
        };
        SignInProvider: {
            id: string;
            name: string;
        };
        SignInStart: {
            location: string;
        };
        State: {
            /** @enum {string} */
            status: "ok";
        };
        StreamResult: {
            bytes: number;
            code?: components["schemas"]["FaultCode"];
            index: number;
            rejected: number;
            /**
             * @description Null when it ended before one was chosen.
             * @enum {string|null}
             */
            route: "direct" | "restowed" | null;
            rows: number;
            rows_read: number;
            seconds: number;
            /** @enum {string} */
            status: "succeeded" | "failed" | "refused" | "cancelled";
            /**
             * @description An attempt before has committed it: nothing was read or written again.
             * @enum {boolean}
             */
            taken?: true;
        };
        Tenant: {
            /** @description When its deletion was asked for: nobody but its owners gets in, and nothing runs. */
            closing?: string;
            created: string;
            /** @description When everything of it is erased, unless it is restored. */
            erase_at?: string;
            id: string;
            /** @description Ed25519 public key that signs the checkpoints of the audit log. */
            log_key: string;
            name: string;
            /** @description True for the tenant that the installation was set up with, which cannot be deleted. */
            stays?: boolean;
            /** @description Since when whoever runs the installation keeps its members and agents out. */
            suspended?: string;
        };
        TenantChange: {
            name: string;
        };
        TenantChoice: {
            tenant: string;
        };
        TenantDeletion: {
            /** @description The name of the tenant, typed: the confirmation. */
            name: string;
        };
        TenantQuotas: {
            quotas: components["schemas"]["Quotas"];
            tenant: string;
        };
        TenantRules: {
            /**
             * @description Whether whoever made an agent’s enrolment token may approve that agent.
             * @enum {string}
             */
            agent_approval: "another_person" | "anyone";
            /** @description What a second person has to approve: changes of keys and trust, deletion. */
            approvals: {
                deletion: boolean;
                keys: boolean;
            };
            /** @description Providers that may sign somebody in here. Left out: those of the installation and of this tenant. */
            issuers?: components["schemas"]["Issuer"][];
            /**
             * @description A second factor of the account here: a passkey, a code, or a recovery code.
             * @enum {string}
             */
            mfa: "optional" | "required";
            /** @description Issuers whose word (amr, acr) counts as a second factor. Nobody else’s does. */
            mfa_from: components["schemas"]["Issuer"][];
            /** @enum {string} */
            passwords: "allowed" | "off";
            session: {
                absolute_hours: number;
                idle_minutes: number;
            };
            /** @description Whose mail address is of that domain has to sign in with that provider of the tenant. */
            sso_domains: {
                domain: string;
                provider: string;
            }[];
        };
        TenantUsage: {
            /** @description Pending and approved ones. */
            agents: number;
            connections: number;
            /** @description Active and invited ones. */
            members: number;
            pipelines: number;
            /** @description Made since midnight, UTC. */
            runs_today: number;
            runs_waiting: number;
        };
        Token: {
            created: string;
            expires: string;
            /** @description Of a device: when a person last approved it. */
            fresh?: string;
            id: string;
            /** @description Of a device: it ends then unless it is used before. */
            idle_until?: string;
            /** @description The address that it was last used from. */
            last_network?: string;
            /** @description To the minute. */
            last_used?: string;
            member: string;
            name: string;
            /** @description Left out: from anywhere. */
            networks?: string[];
            place?: components["schemas"]["TokenPlace"];
            revoked?: string;
            /** @description Left out: all that the roles hold. */
            scopes?: components["schemas"]["Permission"][];
            sort: components["schemas"]["TokenSort"];
            /** @description The token that takes its place since a rotation. */
            successor?: string;
        };
        /** @description The token counts in this workspace or project alone. */
        TokenPlace: {
            id: string;
            /** @enum {string} */
            level: "workspace" | "project";
        };
        TokenRotation: {
            /** @description How long the old secret still counts; 0 unless said, at most a week. */
            overlap_minutes?: number;
        };
        /** @enum {string} */
        TokenSort: "personal" | "service" | "device";
        TotpConfirmation: {
            code: string;
        };
        TotpEnrolment: {
            /** @description Base32, for whoever cannot scan. Shown once. */
            secret?: string;
            /** @description `otpauth://…`, for a QR code. Shown once. */
            uri?: string;
        };
        Trigger: {
            /** @enum {string} */
            kind: "request";
            request: components["schemas"]["Dsse"];
        } | {
            day: string;
            /** @enum {string} */
            kind: "api";
            parameters?: {
                [key: string]: string;
            };
            slot: number;
        } | {
            fire: string;
            /** @enum {string} */
            kind: "schedule";
        } | {
            day: string;
            /** @enum {string} */
            kind: "webhook";
            slot: number;
        } | {
            day?: string;
            /** @enum {string} */
            kind: "after";
            redrive?: string;
            run: string;
        };
        TrustRecord: {
            created: string;
            document: components["schemas"]["Dsse"];
            hash: string;
            policy: string | null;
            version: number;
        };
        TrustSummary: {
            created: string;
            expires: string;
            hash: string;
            issued: string;
            version: number;
        };
        Webhook: {
            created: string;
            id: string;
            /** @description Until when the secret before counts as well. */
            older_until?: string;
            pipeline_id: string;
            rotated?: string;
            /** @description Where calls go. */
            url: string;
        };
        Whoami: {
            account?: string;
            /** @description Of the token. */
            expires?: string;
            /** @description Of a session or a device: until then it counts as confirmed just now. May be past. */
            fresh_until?: string;
            member: string;
            name: string;
            /** @description What you may do somewhere in the tenant: a permission may be held at some places only. */
            permissions: components["schemas"]["Permission"][];
            role?: components["schemas"]["Role"];
            roles: components["schemas"]["HeldRole"][];
            /** @description Where a session did. */
            session?: string;
            sort?: components["schemas"]["TokenSort"];
            tenant: string;
            tenant_name: string;
            /** @description Where a token said who it is. */
            token?: string;
        };
        Workspace: {
            created: string;
            environment: components["schemas"]["Environment"];
            id: string;
            name: string;
            /** @description What happens here happens to real data. */
            production: boolean;
        };
        WorkspaceChange: {
            environment?: components["schemas"]["Environment"];
            name?: string;
        };
    };
    responses: {
        /** @description `already_exists`: A thing with that id or name exists. */
        already_exists: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `already_exists`: A thing with that id or name exists.
         *
         *     `conflict`: It changed meanwhile; read it again and repeat.
         */
        "already_exists.conflict": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `already_exists`: A thing with that id or name exists.
         *
         *     `mail_off`: This installation sends no mail: ask whoever runs it for an invitation link.
         */
        "already_exists.mail_off": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `already_exists`: A thing with that id or name exists.
         *
         *     `trust_missing`: The edge shows no trust document for this tenant.
         */
        "already_exists.trust_missing": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `attempts_used`: The run has had the attempts that were signed: it takes a signed request to have it attempted again.
         *
         *     `run_not_ended`: Only a run that ended short of its end is attempted again: this one goes on, is done or was cancelled.
         *
         *     `trust_missing`: The edge shows no trust document for this tenant.
         */
        "attempts_used.run_not_ended.trust_missing": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `body_too_large`: The body is larger than this route takes. */
        body_too_large: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `conflict`: It changed meanwhile; read it again and repeat. */
        conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `conflict`: It changed meanwhile; read it again and repeat.
         *
         *     `already_exists`: A thing with that id or name exists.
         */
        "conflict.already_exists": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `conflict`: It changed meanwhile; read it again and repeat.
         *
         *     `log_key_mismatch`: The document's log_key is not the log key of this tenant.
         */
        "conflict.log_key_mismatch": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `conflict`: It changed meanwhile; read it again and repeat.
         *
         *     `trust_missing`: The edge shows no trust document for this tenant.
         */
        "conflict.trust_missing": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `fingerprint_mismatch`: The agent has another fingerprint than the one given.
         *
         *     `conflict`: It changed meanwhile; read it again and repeat.
         */
        "fingerprint_mismatch.conflict": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `forbidden`: Your roles or the scope of your token do not allow this. */
        forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `forbidden`: Your roles or the scope of your token do not allow this.
         *
         *     `fresh_sign_in_required`: Confirm with a passkey or a code first: this needs one that is at most five minutes old.
         */
        "forbidden.fresh_sign_in_required": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `forbidden`: Your roles or the scope of your token do not allow this.
         *
         *     `fresh_sign_in_required`: Confirm with a passkey or a code first: this needs one that is at most five minutes old.
         *
         *     `approval_required`: Another person has to approve this; then repeat the same request with the header Approval.
         *
         *     `origin_refused`: A page of another site sent this request.
         */
        "forbidden.fresh_sign_in_required.approval_required.origin_refused": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `forbidden`: Your roles or the scope of your token do not allow this.
         *
         *     `fresh_sign_in_required`: Confirm with a passkey or a code first: this needs one that is at most five minutes old.
         *
         *     `approval_required`: Another person has to approve this; then repeat the same request with the header Approval.
         *
         *     `origin_refused`: A page of another site sent this request.
         *
         *     `tenant_closing`: This tenant is about to be deleted: it can only be read.
         */
        "forbidden.fresh_sign_in_required.approval_required.origin_refused.tenant_closing": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `forbidden`: Your roles or the scope of your token do not allow this.
         *
         *     `fresh_sign_in_required`: Confirm with a passkey or a code first: this needs one that is at most five minutes old.
         *
         *     `origin_refused`: A page of another site sent this request.
         */
        "forbidden.fresh_sign_in_required.origin_refused": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `forbidden`: Your roles or the scope of your token do not allow this.
         *
         *     `fresh_sign_in_required`: Confirm with a passkey or a code first: this needs one that is at most five minutes old.
         *
         *     `origin_refused`: A page of another site sent this request.
         *
         *     `agent_revoked`: This agent was revoked; enrol a new one.
         *
         *     `separation_of_duties`: Another person has to do this: whoever took the step before may not.
         */
        "forbidden.fresh_sign_in_required.origin_refused.agent_revoked.separation_of_duties": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `forbidden`: Your roles or the scope of your token do not allow this.
         *
         *     `fresh_sign_in_required`: Confirm with a passkey or a code first: this needs one that is at most five minutes old.
         *
         *     `origin_refused`: A page of another site sent this request.
         *
         *     `quota_reached`: The tenant has as many of these as this installation lets it: ask whoever runs it.
         */
        "forbidden.fresh_sign_in_required.origin_refused.quota_reached": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `forbidden`: Your roles or the scope of your token do not allow this.
         *
         *     `fresh_sign_in_required`: Confirm with a passkey or a code first: this needs one that is at most five minutes old.
         *
         *     `origin_refused`: A page of another site sent this request.
         *
         *     `separation_of_duties`: Another person has to do this: whoever took the step before may not.
         */
        "forbidden.fresh_sign_in_required.origin_refused.separation_of_duties": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `forbidden`: Your roles or the scope of your token do not allow this.
         *
         *     `fresh_sign_in_required`: Confirm with a passkey or a code first: this needs one that is at most five minutes old.
         *
         *     `origin_refused`: A page of another site sent this request.
         *
         *     `sign_in_not_enough`: This tenant asks for another way to sign in than the one that you used.
         */
        "forbidden.fresh_sign_in_required.origin_refused.sign_in_not_enough": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `forbidden`: Your roles or the scope of your token do not allow this.
         *
         *     `origin_refused`: A page of another site sent this request.
         */
        "forbidden.origin_refused": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `forbidden`: Your roles or the scope of your token do not allow this.
         *
         *     `origin_refused`: A page of another site sent this request.
         *
         *     `agent_revoked`: This agent was revoked; enrol a new one.
         */
        "forbidden.origin_refused.agent_revoked": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `forbidden`: Your roles or the scope of your token do not allow this.
         *
         *     `origin_refused`: A page of another site sent this request.
         *
         *     `fresh_sign_in_required`: Confirm with a passkey or a code first: this needs one that is at most five minutes old.
         */
        "forbidden.origin_refused.fresh_sign_in_required": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `forbidden`: Your roles or the scope of your token do not allow this.
         *
         *     `origin_refused`: A page of another site sent this request.
         *
         *     `quota_reached`: The tenant has as many of these as this installation lets it: ask whoever runs it.
         */
        "forbidden.origin_refused.quota_reached": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `forbidden`: Your roles or the scope of your token do not allow this.
         *
         *     `origin_refused`: A page of another site sent this request.
         *
         *     `sign_in_not_enough`: This tenant asks for another way to sign in than the one that you used.
         */
        "forbidden.origin_refused.sign_in_not_enough": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `forbidden`: Your roles or the scope of your token do not allow this.
         *
         *     `origin_refused`: A page of another site sent this request.
         *
         *     `tenant_closing`: This tenant is about to be deleted: it can only be read.
         *
         *     `tenant_suspended`: Whoever runs this installation has suspended this tenant: ask them.
         *
         *     `sign_in_not_enough`: This tenant asks for another way to sign in than the one that you used.
         */
        "forbidden.origin_refused.tenant_closing.tenant_suspended.sign_in_not_enough": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `forbidden`: Your roles or the scope of your token do not allow this.
         *
         *     `origin_refused`: A page of another site sent this request.
         *
         *     `trigger_not_allowed`: The pipeline does not allow this trigger.
         *
         *     `quota_reached`: The tenant has as many of these as this installation lets it: ask whoever runs it.
         */
        "forbidden.origin_refused.trigger_not_allowed.quota_reached": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `forbidden`: Your roles or the scope of your token do not allow this.
         *
         *     `quota_reached`: The tenant has as many of these as this installation lets it: ask whoever runs it.
         */
        "forbidden.quota_reached": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `idempotency_mismatch`: That Idempotency-Key was used with another request. */
        idempotency_mismatch: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `idempotency_mismatch`: That Idempotency-Key was used with another request.
         *
         *     `document_invalid`: A signed document does not have the shape of its kind.
         *
         *     `signature_invalid`: No key that counts has signed this document as it stands.
         *
         *     `signer_not_allowed`: The signer may not sign this kind of document for this project.
         */
        "idempotency_mismatch.document_invalid.signature_invalid.signer_not_allowed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `idempotency_mismatch`: That Idempotency-Key was used with another request.
         *
         *     `document_invalid`: A signed document does not have the shape of its kind.
         *
         *     `signature_invalid`: No key that counts has signed this document as it stands.
         *
         *     `signer_not_allowed`: The signer may not sign this kind of document for this project.
         *
         *     `connection_unknown`: The pipeline names a connection that is not defined.
         *
         *     `pipeline_invalid`: The pipeline file does not match its description.
         */
        "idempotency_mismatch.document_invalid.signature_invalid.signer_not_allowed.connection_unknown.pipeline_invalid": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `idempotency_mismatch`: That Idempotency-Key was used with another request.
         *
         *     `document_invalid`: A signed document does not have the shape of its kind.
         *
         *     `trust_invalid`: The trust document does not follow from the one before it.
         *
         *     `signature_invalid`: No key that counts has signed this document as it stands.
         */
        "idempotency_mismatch.document_invalid.trust_invalid.signature_invalid": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `idempotency_mismatch`: That Idempotency-Key was used with another request.
         *
         *     `not_at_index`: The document is not the one that the index lists.
         *
         *     `request_expired`: The signed request has expired.
         *
         *     `readers_missing`: The trust document names no reader of this project, so nobody could open what is sealed.
         *
         *     `document_invalid`: A signed document does not have the shape of its kind.
         *
         *     `signature_invalid`: No key that counts has signed this document as it stands.
         *
         *     `signer_not_allowed`: The signer may not sign this kind of document for this project.
         */
        "idempotency_mismatch.not_at_index.request_expired.readers_missing.document_invalid.signature_invalid.signer_not_allowed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `idempotency_mismatch`: That Idempotency-Key was used with another request.
         *
         *     `readers_missing`: The trust document names no reader of this project, so nobody could open what is sealed.
         *
         *     `signature_invalid`: No key that counts has signed this document as it stands.
         *
         *     `document_invalid`: A signed document does not have the shape of its kind.
         *
         *     `wrong_pool`: This belongs to another pool of agents.
         */
        "idempotency_mismatch.readers_missing.signature_invalid.document_invalid.wrong_pool": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `idempotency_mismatch`: That Idempotency-Key was used with another request.
         *
         *     `request_mismatch`: The signed request is for another pipeline, pool or index.
         *
         *     `request_expired`: The signed request has expired.
         *
         *     `index_missing`: The edge does not show the index that the job names.
         *
         *     `not_in_index`: The index does not list this pipeline or connection.
         *
         *     `not_at_index`: The document is not the one that the index lists.
         *
         *     `document_invalid`: A signed document does not have the shape of its kind.
         *
         *     `signature_invalid`: No key that counts has signed this document as it stands.
         *
         *     `signer_not_allowed`: The signer may not sign this kind of document for this project.
         */
        "idempotency_mismatch.request_mismatch.request_expired.index_missing.not_in_index.not_at_index.document_invalid.signature_invalid.signer_not_allowed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `idempotency_mismatch`: That Idempotency-Key was used with another request.
         *
         *     `request_mismatch`: The signed request is for another pipeline, pool or index.
         *
         *     `request_expired`: The signed request has expired.
         *
         *     `parameter_refused`: A parameter is missing, is not declared, or has a value that the pipeline does not allow.
         *
         *     `index_missing`: The edge does not show the index that the job names.
         *
         *     `not_in_index`: The index does not list this pipeline or connection.
         *
         *     `not_at_index`: The document is not the one that the index lists.
         *
         *     `document_invalid`: A signed document does not have the shape of its kind.
         *
         *     `signature_invalid`: No key that counts has signed this document as it stands.
         *
         *     `signer_not_allowed`: The signer may not sign this kind of document for this project.
         */
        "idempotency_mismatch.request_mismatch.request_expired.parameter_refused.index_missing.not_in_index.not_at_index.document_invalid.signature_invalid.signer_not_allowed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `idempotency_mismatch`: That Idempotency-Key was used with another request.
         *
         *     `signature_invalid`: No key that counts has signed this document as it stands.
         *
         *     `document_invalid`: A signed document does not have the shape of its kind.
         *
         *     `wrong_pool`: This belongs to another pool of agents.
         */
        "idempotency_mismatch.signature_invalid.document_invalid.wrong_pool": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `index_missing`: The edge does not show the index that the job names.
         *
         *     `not_in_index`: The index does not list this pipeline or connection.
         *
         *     `not_at_index`: The document is not the one that the index lists.
         */
        "index_missing.not_in_index.not_at_index": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `internal`: Something failed at the edge; the request id finds it in its log. */
        internal: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `invalid_request`: The request does not match the documented shape. */
        invalid_request: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `invalid_request`: The request does not match the documented shape.
         *
         *     `malformed_json`: The body is not JSON.
         */
        "invalid_request.malformed_json": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `invalid_request`: The request does not match the documented shape.
         *
         *     `malformed_json`: The body is not JSON.
         *
         *     `authorization_pending`: Nobody has approved this device yet.
         *
         *     `slow_down`: Ask less often: five seconds more between two requests.
         *
         *     `expired_token`: The code of this device has expired; begin again.
         *
         *     `access_denied`: A person refused this device.
         *
         *     `grant_invalid`: This device code is unknown here, or has given its token already; begin again.
         *
         *     `grant_unsupported`: Only the device authorization grant is given here.
         *
         *     `client_unknown`: The only client here is "sallyport".
         */
        "invalid_request.malformed_json.authorization_pending.slow_down.expired_token.access_denied.grant_invalid.grant_unsupported.client_unknown": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `invalid_request`: The request does not match the documented shape.
         *
         *     `malformed_json`: The body is not JSON.
         *
         *     `challenge_invalid`: The challenge is not of this edge, is for another pool, or is too old; ask for another one.
         *
         *     `enrolment_not_allowed`: The trust document does not let agents of this pool join by the key of the pool.
         */
        "invalid_request.malformed_json.challenge_invalid.enrolment_not_allowed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `invalid_request`: The request does not match the documented shape.
         *
         *     `malformed_json`: The body is not JSON.
         *
         *     `client_unknown`: The only client here is "sallyport".
         *
         *     `scope_invalid`: The scope names a permission that does not exist.
         */
        "invalid_request.malformed_json.client_unknown.scope_invalid": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `invalid_request`: The request does not match the documented shape.
         *
         *     `malformed_json`: The body is not JSON.
         *
         *     `password_refused`: This password cannot be used: it is too short, or known to be a common one.
         */
        "invalid_request.malformed_json.password_refused": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `invalid_request`: The request does not match the documented shape.
         *
         *     `malformed_json`: The body is not JSON.
         *
         *     `pool_unknown`: The current trust document lists no such pool.
         */
        "invalid_request.malformed_json.pool_unknown": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `invalid_request`: The request does not match the documented shape.
         *
         *     `malformed_json`: The body is not JSON.
         *
         *     `possession_failed`: The answer does not prove that the agent holds the key.
         */
        "invalid_request.malformed_json.possession_failed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `last_owner`: A tenant keeps at least one active owner. */
        last_owner: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `last_owner`: A tenant keeps at least one active owner.
         *
         *     `conflict`: It changed meanwhile; read it again and repeat.
         */
        "last_owner.conflict": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `lease_lost`: The lease of this run has passed to another agent. */
        lease_lost: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `lease_lost`: The lease of this run has passed to another agent.
         *
         *     `trust_missing`: The edge shows no trust document for this tenant.
         */
        "lease_lost.trust_missing": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `limit_reached`: There are as many already as there may be: of these in the tenant, or of runs or attempts of the pipeline. */
        limit_reached: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `limit_reached`: There are as many already as there may be: of these in the tenant, or of runs or attempts of the pipeline.
         *
         *     `too_many_requests`: Slow down and repeat after the time in Retry-After.
         */
        "limit_reached.too_many_requests": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `link_invalid`: This link was used before, has expired, or never was one. */
        link_invalid: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `mail_off`: This installation sends no mail: ask whoever runs it for an invitation link. */
        mail_off: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `not_found`: There is no such thing here, or you may not see it. */
        not_found: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `origin_refused`: A page of another site sent this request. */
        origin_refused: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `origin_refused`: A page of another site sent this request.
         *
         *     `quota_reached`: The tenant has as many of these as this installation lets it: ask whoever runs it.
         */
        "origin_refused.quota_reached": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `origin_refused`: A page of another site sent this request.
         *
         *     `quota_reached`: The tenant has as many of these as this installation lets it: ask whoever runs it.
         *
         *     `tenant_suspended`: Whoever runs this installation has suspended this tenant: ask them.
         *
         *     `agent_revoked`: This agent was revoked; enrol a new one.
         */
        "origin_refused.quota_reached.tenant_suspended.agent_revoked": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `origin_refused`: A page of another site sent this request.
         *
         *     `tenant_closing`: This tenant is about to be deleted: it can only be read.
         *
         *     `tenant_suspended`: Whoever runs this installation has suspended this tenant: ask them.
         */
        "origin_refused.tenant_closing.tenant_suspended": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `origin_refused`: A page of another site sent this request.
         *
         *     `tenant_suspended`: Whoever runs this installation has suspended this tenant: ask them.
         *
         *     `trigger_not_allowed`: The pipeline does not allow this trigger.
         *
         *     `quota_reached`: The tenant has as many of these as this installation lets it: ask whoever runs it.
         */
        "origin_refused.tenant_suspended.trigger_not_allowed.quota_reached": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `provider_failed`: The sign-in provider did not answer as it should. */
        provider_failed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `request_timeout`: The request took too long to arrive. */
        request_timeout: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `rewrap_stale`: The lease of this batch has run out; its records come again.
         *
         *     `trust_missing`: The edge shows no trust document for this tenant.
         */
        "rewrap_stale.trust_missing": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `second_factor_demanded`: A tenant that you belong to asks for a second factor: add another one first. */
        second_factor_demanded: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `sign_in_failed`: That did not match. Check what you entered and try again. */
        sign_in_failed: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `signature_invalid`: No key that counts has signed this document as it stands.
         *
         *     `document_invalid`: A signed document does not have the shape of its kind.
         *
         *     `trust_expired`: The trust document has expired; no run starts until a newer one is published.
         */
        "signature_invalid.document_invalid.trust_expired": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `too_many_requests`: Slow down and repeat after the time in Retry-After. */
        too_many_requests: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `trust_missing`: The edge shows no trust document for this tenant. */
        trust_missing: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `unauthenticated`: Send a valid token; this one is missing, wrong or expired. */
        unauthenticated: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `unauthenticated`: Send a valid token; this one is missing, wrong or expired.
         *
         *     `sign_in_failed`: That did not match. Check what you entered and try again.
         */
        "unauthenticated.sign_in_failed": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `unavailable`: The edge cannot do this right now; repeat in a moment. */
        unavailable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `unsupported_media_type`: Send the body as application/json. */
        unsupported_media_type: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description `wrong_pool`: This belongs to another pool of agents.
         *
         *     `signature_invalid`: No key that counts has signed this document as it stands.
         *
         *     `document_invalid`: A signed document does not have the shape of its kind.
         */
        "wrong_pool.signature_invalid.document_invalid": {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /** @description The id of the approval that another person gave to this very request. `ask`, or `ask` and that id, asks only: 204 where the request may happen as far as approvals go. Nothing is done then. */
        ApprovalId: components["schemas"]["ApprovalId"];
        /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
        IdempotencyKey: components["schemas"]["IdempotencyKey"];
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    front: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "name": "Sallyport",
                     *       "api": "/openapi.json",
                     *       "docs": "/docs",
                     *       "console": "/console",
                     *       "health": "/healthz"
                     *     }
                     */
                    "application/json": components["schemas"]["Front"];
                };
            };
            400: components["responses"]["invalid_request"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ok"
                     *     }
                     */
                    "application/json": components["schemas"]["State"];
                };
            };
            400: components["responses"]["invalid_request"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /** @example # HELP sallyport_http_requests_total Requests answered. */
                    "text/plain": string;
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ok"
                     *     }
                     */
                    "application/json": components["schemas"]["State"];
                };
            };
            400: components["responses"]["invalid_request"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    explainAccess: {
        parameters: {
            query: {
                /** @example 019a9f3e-7c00-7000-8000-000000000006 */
                member: string;
                /** @example runs.write */
                permission: components["schemas"]["Permission"];
                /** @example 019a9f3e-7c00-7000-8000-000000000004 */
                project?: string;
                workspace?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "member": "019a9f3e-7c00-7000-8000-000000000006",
                     *       "permission": "runs.write",
                     *       "level": "project",
                     *       "place": "019a9f3e-7c00-7000-8000-000000000004",
                     *       "allowed": true,
                     *       "because": [
                     *         {
                     *           "by": "role",
                     *           "role": "editor",
                     *           "level": "tenant"
                     *         }
                     *       ],
                     *       "signing": "The role lets them hand it in. What counts for agents is the signature: the trust document has to list their key with a scope that covers the project."
                     *     }
                     */
                    "application/json": components["schemas"]["Explanation"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getAccount: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000051",
                     *       "email": "ada@example.com",
                     *       "email_verified": true,
                     *       "name": "Ada Lovelace",
                     *       "has_password": true,
                     *       "password_changed": "2026-11-22T08:00:00.000Z",
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    deleteAccount: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /** @example {} */
                    "application/json": components["schemas"]["Nothing"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused.fresh_sign_in_required"];
            409: components["responses"]["last_owner.conflict"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    changeAccount: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Ada King"
                 *     }
                 */
                "application/json": components["schemas"]["AccountChange"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000051",
                     *       "email": "ada@example.com",
                     *       "email_verified": true,
                     *       "name": "Ada King",
                     *       "has_password": true,
                     *       "password_changed": "2026-11-22T08:00:00.000Z",
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    changeAddress: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "ada@example.org",
                 *       "current": "gravel-otter-sundial"
                 *     }
                 */
                "application/json": components["schemas"]["AddressChange"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "mail": "sent"
                     *     }
                     */
                    "application/json": components["schemas"]["MailSent"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated.sign_in_failed"];
            403: components["responses"]["forbidden.origin_refused.fresh_sign_in_required"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["mail_off"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    proveAddress: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "secret": "sp_ver_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT"
                 *     }
                 */
                "application/json": components["schemas"]["AddressProof"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000051",
                     *       "email": "ada@example.org",
                     *       "email_verified": true,
                     *       "name": "Ada Lovelace",
                     *       "has_password": true,
                     *       "password_changed": "2026-11-22T08:00:00.000Z",
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["already_exists"];
            410: components["responses"]["link_invalid"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getFactors: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "totp": {
                     *         "on": true,
                     *         "since": "2026-11-22T08:00:00.000Z"
                     *       },
                     *       "recovery_codes": {
                     *         "left": 10,
                     *         "created": "2026-11-22T08:00:00.000Z"
                     *       },
                     *       "passkeys": [
                     *         {
                     *           "id": "019a9f3e-7c00-7000-8000-0000000000f1",
                     *           "name": "laptop",
                     *           "created": "2026-11-22T08:00:00.000Z",
                     *           "synced": true
                     *         }
                     *       ],
                     *       "demanded_by": []
                     *     }
                     */
                    "application/json": components["schemas"]["Factors"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listIdentities: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "019a9f3e-7c00-7000-8000-0000000000e1",
                     *           "issuer": "https://accounts.google.com",
                     *           "provider": "google",
                     *           "name": "ada@example.com",
                     *           "created": "2026-11-22T08:00:00.000Z",
                     *           "used": "2026-11-22T08:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Identity"][];
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    connectIdentity: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "provider": "google",
                 *       "next": "/console/account"
                 *     }
                 */
                "application/json": {
                    next?: string;
                    provider: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "location": "https://accounts.google.com/o/oauth2/v2/auth?response_type=code&…"
                     *     }
                     */
                    "application/json": components["schemas"]["SignInStart"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            500: components["responses"]["internal"];
            502: components["responses"]["provider_failed"];
            503: components["responses"]["unavailable"];
        };
    };
    removeIdentity: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-0000000000e1 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-0000000000e1",
                     *       "issuer": "https://accounts.google.com",
                     *       "provider": "google",
                     *       "name": "ada@example.com",
                     *       "created": "2026-11-22T08:00:00.000Z",
                     *       "used": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Identity"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    addPasskey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "laptop",
                 *       "credential": {
                 *         "id": "AYhBl1gkR2aRBk0lHnVqGw",
                 *         "rawId": "AYhBl1gkR2aRBk0lHnVqGw",
                 *         "type": "public-key",
                 *         "response": {
                 *           "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0",
                 *           "attestationObject": "o2NmbXRkbm9uZQ"
                 *         }
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["NewPasskey"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "passkey": {
                     *         "id": "019a9f3e-7c00-7000-8000-0000000000f1",
                     *         "name": "laptop",
                     *         "created": "2026-11-22T08:00:00.000Z",
                     *         "synced": true
                     *       },
                     *       "recovery_codes": [
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P00",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P01",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P02",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P03",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P04",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P05",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P06",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P07",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P08",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P09"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["PasskeyAdded"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated.sign_in_failed"];
            403: components["responses"]["forbidden.origin_refused.fresh_sign_in_required"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["already_exists.conflict"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    removePasskey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-0000000000f1 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-0000000000f1",
                     *       "name": "laptop",
                     *       "created": "2026-11-22T08:00:00.000Z",
                     *       "synced": true
                     *     }
                     */
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            409: components["responses"]["second_factor_demanded"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    renamePasskey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-0000000000f1 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "phone"
                 *     }
                 */
                "application/json": components["schemas"]["PasskeyChange"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-0000000000f1",
                     *       "name": "phone",
                     *       "created": "2026-11-22T08:00:00.000Z",
                     *       "synced": true
                     *     }
                     */
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    startPasskey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "rp": {
                     *         "id": "sallyport.example.com",
                     *         "name": "sallyport.example.com"
                     *       },
                     *       "user": {
                     *         "id": "MDE5YTlmM2U",
                     *         "name": "ada@example.com",
                     *         "displayName": "Ada Lovelace"
                     *       },
                     *       "challenge": "bXlfY2hhbGxlbmdlX29mX3RoaXJ0eV90d29fYnl0ZXM",
                     *       "pubKeyCredParams": [
                     *         {
                     *           "type": "public-key",
                     *           "alg": -8
                     *         },
                     *         {
                     *           "type": "public-key",
                     *           "alg": -7
                     *         }
                     *       ],
                     *       "timeout": 300000,
                     *       "excludeCredentials": [],
                     *       "authenticatorSelection": {
                     *         "residentKey": "preferred",
                     *         "requireResidentKey": false,
                     *         "userVerification": "required"
                     *       },
                     *       "attestation": "none",
                     *       "extensions": {
                     *         "credProps": true
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["PasskeyCreationOptions"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused.fresh_sign_in_required"];
            409: components["responses"]["conflict"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "current": "gravel-otter-sundial",
                 *       "password": "ember-walrus-flute"
                 *     }
                 */
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /** @example {} */
                    "application/json": components["schemas"]["Nothing"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json.password_refused"];
            401: components["responses"]["unauthenticated.sign_in_failed"];
            403: components["responses"]["forbidden.origin_refused.fresh_sign_in_required"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["conflict"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    makeRecoveryCodes: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "recovery_codes": [
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P00",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P01",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P02",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P03",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P04",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P05",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P06",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P07",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P08",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P09"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["NewRecoveryCodes"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused.fresh_sign_in_required"];
            409: components["responses"]["conflict"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listOwnTenants: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "tenant": {
                     *             "id": "019a9f3e-7c00-7000-8000-000000000000",
                     *             "name": "Acme",
                     *             "log_key": "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=",
                     *             "created": "2026-11-22T08:00:00.000Z"
                     *           },
                     *           "member": "019a9f3e-7c00-7000-8000-000000000006",
                     *           "name": "Grace Hopper",
                     *           "roles": [
                     *             "editor"
                     *           ],
                     *           "chosen": true
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["OwnTenant"][];
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    leaveTenantOf: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-000000000000 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000006",
                     *       "name": "Grace Hopper",
                     *       "kind": "person",
                     *       "state": "removed",
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Member"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused.fresh_sign_in_required"];
            404: components["responses"]["not_found"];
            409: components["responses"]["last_owner"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    startTotp: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
                     *       "uri": "otpauth://totp/sallyport.example.com:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=sallyport.example.com"
                     *     }
                     */
                    "application/json": components["schemas"]["TotpEnrolment"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused.fresh_sign_in_required"];
            409: components["responses"]["conflict"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    removeTotp: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /** @example {} */
                    "application/json": components["schemas"]["FactorAdded"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            409: components["responses"]["second_factor_demanded"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    confirmTotp: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "287082"
                 *     }
                 */
                "application/json": components["schemas"]["TotpConfirmation"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "recovery_codes": [
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P00",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P01",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P02",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P03",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P04",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P05",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P06",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P07",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P08",
                     *         "7K2M-9QXR-4TVB-N8HC-W3JD-6P09"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["FactorAdded"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated.sign_in_failed"];
            403: components["responses"]["forbidden.origin_refused.fresh_sign_in_required"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "ada@example.com"
                 *     }
                 */
                "application/json": components["schemas"]["MailAsked"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "mail": "sent"
                     *     }
                     */
                    "application/json": components["schemas"]["MailSent"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            403: components["responses"]["origin_refused"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["mail_off"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    createAccount: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "secret": "sp_ver_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT",
                 *       "name": "Ada Lovelace",
                 *       "password": "gravel-otter-sundial"
                 *     }
                 */
                "application/json": components["schemas"]["NewAccount"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "next": "done"
                     *     }
                     */
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json.password_refused"];
            403: components["responses"]["origin_refused"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["already_exists"];
            410: components["responses"]["link_invalid"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getAgentCheckpoint: {
        parameters: {
            query?: {
                /**
                 * @description The highest number that the caller has.
                 * @example 0
                 */
                from?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "checkpoint": "sallyport/0193509f-6e00-7000-8000-000000000001\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— …\n",
                     *       "size": 0,
                     *       "consistency": []
                     *     }
                     */
                    "application/json": components["schemas"]["AgentCheckpoint"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    completeInspection: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-8000-8000-00000000000a */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "fence": 1,
                 *       "status": "succeeded",
                 *       "count": 12,
                 *       "found": {
                 *         "document": {
                 *           "payloadType": "application/vnd.sallyport.catalogue.v1+json",
                 *           "payload": "eyJ0eXBlIjoiY2F0YWxvZ3VlIiwidGVuYW50IjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAxIiwicHJvamVjdCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMiIsInBvb2wiOiJkZWZhdWx0IiwiYWN0aW9uIjoiZGlzY292ZXIiLCJjb25uZWN0aW9uIjp7ImlkIjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAzIiwidmVyc2lvbiI6MSwiaGFzaCI6IjIxZWZiNmY3Njg4YjI1N2YxYzUyODYzNzQ4ZGE1MDdmMmNhM2Q5NjczNGE4ZTEwMmY4NmE4MDQ3ZGU4OTc0OWYifSwiaW5zcGVjdGlvbiI6IjAxOTM1MDlmLTZlMDAtODAwMC04MDAwLTAwMDAwMDAwMDAwYSIsImFnZW50IjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDA2IiwiaXNzdWVkIjoiMjAyNi0xMS0yMlQwOTowMDowMC4wMDBaIiwiY29tbWl0bWVudCI6ImMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzAifQ==",
                 *           "signatures": [
                 *             {
                 *               "keyid": "b62e867fa2f33afe62d5d6b1642e1621",
                 *               "sig": "WlJgGHFuZYwPjG86U03Gx3E3w48b5Tqc7G4tRwwgklQT/o0EiVv2k7z3wHBejTUg0EhsP+OgUJzZ1XMwaxyNDQ=="
                 *             }
                 *           ]
                 *         },
                 *         "sealed": "U0FMTFlFTlYAAQAB2U12mkdCIJEC1i9llxDb/PWy1uYPlHfjEMKYLaqmyRNsEIoXd8WUfkSPo31oF0VX4/QbHz+YTOizg4hoVO1InHFs/D8BmrH8/m0lwJs5gfSL+IAeWfycRx0IzgtyBK3dTbEZr79SAzfJ9TQqjeSYs+P3Nmm7LVoEQB/Bz5o+cXwGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgZY7pmgnbLwRU/lR+Se7vwoOdq0wdkaqOaCYMHNUFf2kaMRLynuYkGVXZosKhvvkDdbndYSCuie4Z4CcPTpjNmwmsbme7fytELsP9HdHmAUNIwdXOR2cpRKWYAX+E5msARGmXxZMazCh09sPqdqYIMSg2nEcr02XrfN0Q8Rn1R7KaHEywutL8RCfS2HUwfi9Ljvf54XXLCwo4EDYf6Azm3f7mcoJVS8qr2DJrEjiLA9QKMkeIDFIdvL9Y1fp1gCWVLIF/x/GNo74b601ASOyne1x8e1wICh/ibindPSSDrdicpt5MdMPl6Hbw1WBBFEUm/ZyZT0CDX6ZrrVIcTa6wRHhuCyaFbyl5IHyBq72cPl+41STTlxRDGKIQetCPhblFAWUtCFYjFmAjZgDL00fcFa"
                 *       }
                 *     }
                 */
                "application/json": {
                    code?: components["schemas"]["FaultCode"];
                    count: number;
                    fence: number;
                    found?: {
                        document: components["schemas"]["Dsse"];
                        sealed: string;
                    };
                    /** @enum {string} */
                    status: "succeeded" | "failed" | "refused" | "released";
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "state": "succeeded"
                     *     }
                     */
                    "application/json": {
                        state: components["schemas"]["InspectionState"];
                    };
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["lease_lost.trust_missing"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch.readers_missing.signature_invalid.document_invalid.wrong_pool"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    pollForWork: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "slots": 1,
                 *       "wait_seconds": 25,
                 *       "log_size": 0
                 *     }
                 */
                "application/json": {
                    about?: {
                        clock: string;
                        labels: string[];
                        ring_created: string;
                        slots: number;
                        slots_used: number;
                        stopping: boolean;
                        version: string;
                    };
                    held?: {
                        fence: number;
                        run: string;
                    }[];
                    log_size: number;
                    slots: number;
                    wait_seconds: number;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "job": {
                     *         "kind": "run",
                     *         "run": {
                     *           "id": "0193509f-6e00-8000-8000-000000000007",
                     *           "project": "0193509f-6e00-7000-8000-000000000002",
                     *           "pipeline_id": "0193509f-6e00-7000-8000-000000000005",
                     *           "index": 1,
                     *           "trigger": {
                     *             "kind": "api",
                     *             "day": "2026-11-22",
                     *             "slot": 1
                     *           },
                     *           "attempt": 1
                     *         },
                     *         "lease": {
                     *           "fence": 1,
                     *           "until": "2026-11-22T09:00:45.000Z"
                     *         },
                     *         "pipeline": {
                     *           "document": {
                     *             "payloadType": "application/vnd.sallyport.pipeline.v1+json",
                     *             "payload": "eyJ0eXBlIjoicGlwZWxpbmUiLCJ0ZW5hbnQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDEiLCJwcm9qZWN0IjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAyIiwiaWQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDUiLCJ2ZXJzaW9uIjoxLCJuYW1lIjoib3JkZXJzIiwiY29ubmVjdGlvbnMiOnsic291cmNlIjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAzIiwiZGVzdGluYXRpb24iOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDQifSwicG9vbCI6ImRlZmF1bHQiLCJ0cmlnZ2VycyI6eyJhcGkiOnsicGVyX2RheSI6MjR9LCJzY2hlZHVsZSI6eyJjcm9uIjoiMCA2ICogKiAqIiwidGltZXpvbmUiOiJFdXJvcGUvQmVybGluIiwib3ZlcmxhcCI6InNraXAiLCJjYXRjaF91cCI6Imxhc3QifSwid2ViaG9vayI6eyJwZXJfZGF5IjoxMDB9fSwicGFyYW1ldGVycyI6e30sImxpbWl0cyI6eyJyZXRyaWVzIjozfSwiY29tbWl0bWVudCI6ImMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzAifQ==",
                     *             "signatures": [
                     *               {
                     *                 "keyid": "6a3803d5f059902a1c6dafbc9ba47292",
                     *                 "sig": "Q/9r+KjT2i0zuIyBLh640dkMEnJm7kRZIpU7h/dTsBrQldGL44CFGQ+hMk0sNKKAbZcE++UGzs4omPKfCDyjCg=="
                     *               }
                     *             ]
                     *           },
                     *           "sealed": "U0FMTFlFTlYAAQABMhKEv18MEBn2TMMhfbc2BvWy1uYPlHfjEMKYLaqmyRNsEIoXd8WUfkSPo31oF0VX7pVGcAE7qfcx5wDsDEeOOc37LAJ7RLADSf/iBdjrWL75b7KqXC5g9lglwFPO3Q3LUFp/3Kw8MN8KGHFUWit1J7/wxag/vmHgMIGU+OuNsPEGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgZY7pmgnbLwRU/lR+Se7vwoOdq0wdkaqOaCYMHNUFf2kaMRLynuYkGVXZosKhvvkDdbndYSCuie4Z4CcPTpjNmwmsbme7fytELsP9HdHmAUNIwdXOR2cpRKWYAX+E5msARGmXxZMazCh09sPqdqYIMSg2nEcr02XrfN0Q8Rn1R7KaHEywutL8RCfS2HUwfi9Ljvf54XXLCwo4EDYf6Azm3f7mcoJVS8qr2DJrEjiLA9QKMkeIDFIdvL9Y1fp1gCWVLIF/x/GNo74b601ASOyne1x8e1wICh/ibindPSSDrdicpt5MdMPl6Hbw1WBBFEUm/ZyZT0CDX6ZrrVIcTa6wRHhuCyaFbyl5IHyBq72cPl+41STTlxRDGKIQetCPhblFAWUtCFYjFmAjZgDL00fcFa"
                     *         },
                     *         "connections": [
                     *           {
                     *             "document": {
                     *               "payloadType": "application/vnd.sallyport.connection.v1+json",
                     *               "payload": "eyJ0eXBlIjoiY29ubmVjdGlvbiIsInRlbmFudCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMSIsInByb2plY3QiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDIiLCJpZCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMyIsInZlcnNpb24iOjEsIm5hbWUiOiJzaG9wIiwia2luZCI6InBvc3RncmVzIiwicG9vbHMiOlsiZGVmYXVsdCJdLCJvd25lciI6bnVsbCwiYWNjb3VudCI6bnVsbCwiY29tbWl0bWVudCI6ImMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzAifQ==",
                     *               "signatures": [
                     *                 {
                     *                   "keyid": "6a3803d5f059902a1c6dafbc9ba47292",
                     *                   "sig": "BhUH+DE/uZPWjq+kN9I1KLZ1qM8IcanpiD+brZS8iIuJA6e98LQyG8bbCVTQ0uMFKB0hAN8vVl4pAAh+kmdIBg=="
                     *                 }
                     *               ]
                     *             },
                     *             "sealed": "U0FMTFlFTlYAAQABMhKEv18MEBn2TMMhfbc2BvWy1uYPlHfjEMKYLaqmyRNsEIoXd8WUfkSPo31oF0VX7pVGcAE7qfcx5wDsDEeOOc37LAJ7RLADSf/iBdjrWL75b7KqXC5g9lglwFPO3Q3LUFp/3Kw8MN8KGHFUWit1J7/wxag/vmHgMIGU+OuNsPEGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgZY7pmgnbLwRU/lR+Se7vwoOdq0wdkaqOaCYMHNUFf2kaMRLynuYkGVXZosKhvvkDdbndYSCuie4Z4CcPTpjNmwmsbme7fytELsP9HdHmAUNIwdXOR2cpRKWYAX+E5msARGmXxZMazCh09sPqdqYIMSg2nEcr02XrfN0Q8Rn1R7KaHEywutL8RCfS2HUwfi9Ljvf54XXLCwo4EDYf6Azm3f7mcoJVS8qr2DJrEjiLA9QKMkeIDFIdvL9Y1fp1gCWVLIF/x/GNo74b601ASOyne1x8e1wICh/ibindPSSDrdicpt5MdMPl6Hbw1WBBFEUm/ZyZT0CDX6ZrrVIcTa6wRHhuCyaFbyl5IHyBq72cPl+41STTlxRDGKIQetCPhblFAWUtCFYjFmAjZgDL00fcFa"
                     *           },
                     *           {
                     *             "document": {
                     *               "payloadType": "application/vnd.sallyport.connection.v1+json",
                     *               "payload": "eyJ0eXBlIjoiY29ubmVjdGlvbiIsInRlbmFudCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMSIsInByb2plY3QiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDIiLCJpZCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwNCIsInZlcnNpb24iOjEsIm5hbWUiOiJ3YXJlaG91c2UiLCJraW5kIjoicG9zdGdyZXMiLCJwb29scyI6WyJkZWZhdWx0Il0sIm93bmVyIjpudWxsLCJhY2NvdW50IjpudWxsLCJjb21taXRtZW50IjoiYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMCJ9",
                     *               "signatures": [
                     *                 {
                     *                   "keyid": "6a3803d5f059902a1c6dafbc9ba47292",
                     *                   "sig": "aarOM2lrYIl9IhMFgoW2SCyOb6o5YpUDliJOnQ/IcLJ9q2ge2KRqRXjupXaf8j6YlNGdE7pyO3UibmmVoUewCg=="
                     *                 }
                     *               ]
                     *             },
                     *             "sealed": "U0FMTFlFTlYAAQABMhKEv18MEBn2TMMhfbc2BvWy1uYPlHfjEMKYLaqmyRNsEIoXd8WUfkSPo31oF0VX7pVGcAE7qfcx5wDsDEeOOc37LAJ7RLADSf/iBdjrWL75b7KqXC5g9lglwFPO3Q3LUFp/3Kw8MN8KGHFUWit1J7/wxag/vmHgMIGU+OuNsPEGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgZY7pmgnbLwRU/lR+Se7vwoOdq0wdkaqOaCYMHNUFf2kaMRLynuYkGVXZosKhvvkDdbndYSCuie4Z4CcPTpjNmwmsbme7fytELsP9HdHmAUNIwdXOR2cpRKWYAX+E5msARGmXxZMazCh09sPqdqYIMSg2nEcr02XrfN0Q8Rn1R7KaHEywutL8RCfS2HUwfi9Ljvf54XXLCwo4EDYf6Azm3f7mcoJVS8qr2DJrEjiLA9QKMkeIDFIdvL9Y1fp1gCWVLIF/x/GNo74b601ASOyne1x8e1wICh/ibindPSSDrdicpt5MdMPl6Hbw1WBBFEUm/ZyZT0CDX6ZrrVIcTa6wRHhuCyaFbyl5IHyBq72cPl+41STTlxRDGKIQetCPhblFAWUtCFYjFmAjZgDL00fcFa"
                     *           }
                     *         ]
                     *       },
                     *       "newest": {
                     *         "trust": 1,
                     *         "indexes": {
                     *           "0193509f-6e00-7000-8000-000000000002": 1
                     *         }
                     *       },
                     *       "log": null
                     *     }
                     */
                    "application/json": {
                        drain?: boolean;
                        job: components["schemas"]["RunJob"] | components["schemas"]["RewrapJob"] | components["schemas"]["InspectJob"] | null;
                        log: components["schemas"]["AgentCheckpoint"] | null;
                        newest: components["schemas"]["Newest"];
                        stop?: {
                            run: string;
                            /** @enum {string} */
                            why: "cancelled" | "lease_lost";
                        }[];
                    };
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listPossessionChallenges: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "challenges": [
                     *         {
                     *           "kid": "321284bf5f0c1019f64cc3217db73606",
                     *           "sealed": "U0FMTFlFTlYAAQABMhKEv18MEBn2TMMhfbc2BvWy1uYPlHfjEMKYLaqmyRNsEIoXd8WUfkSPo31oF0VX7pVGcAE7qfcx5wDsDEeOOc37LAJ7RLADSf/iBdjrWL75b7KqXC5g9lglwFPO3Q3LUFp/3Kw8MN8KGHFUWit1J7/wxag/vmHgMIGU+OuNsPEGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgZY7pmgnbLwRU/lR+Se7vwoOdq0wdkaqOaCYMHNUFf2kaMRLynuYkGVXZosKhvvkDdbndYSCuie4Z4CcPTpjNmwmsbme7fytELsP9HdHmAUNIwdXOR2cpRKWYAX+E5msARGmXxZMazCh09sPqdqYIMSg2nEcr02XrfN0Q8Rn1R7KaHEywutL8RCfS2HUwfi9Ljvf54XXLCwo4EDYf6Azm3f7mcoJVS8qr2DJrEjiLA9QKMkeIDFIdvL9Y1fp1gCWVLIF/x/GNo74b601ASOyne1x8e1wICh/ibindPSSDrdicpt5MdMPl6Hbw1WBBFEUm/ZyZT0CDX6ZrrVIcTa6wRHhuCyaFbyl5IHyBq72cPl+41STTlxRDGKIQetCPhblFAWUtCFYjFmAjZgDL00fcFa"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        challenges: components["schemas"]["PossessionChallenge"][];
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            409: components["responses"]["trust_missing"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    provePossession: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "answers": [
                 *         {
                 *           "kid": "321284bf5f0c1019f64cc3217db73606",
                 *           "answer": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    answers: {
                        answer: string;
                        kid: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "proven": [
                     *         "321284bf5f0c1019f64cc3217db73606"
                     *       ]
                     *     }
                     */
                    "application/json": {
                        proven: string[];
                    };
                };
            };
            400: components["responses"]["invalid_request.malformed_json.possession_failed"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["trust_missing"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listAgentIndexes: {
        parameters: {
            query?: {
                /**
                 * @description The highest number that the caller has.
                 * @example 0
                 */
                after?: string;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000002 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "project": "0193509f-6e00-7000-8000-000000000002",
                     *           "number": 1,
                     *           "hash": "f555746f8662ab493bc3ea22610f1a6cc89fc569396194a2004c15134d4ef6ae",
                     *           "document": {
                     *             "payloadType": "application/vnd.sallyport.index.v1+json",
                     *             "payload": "eyJ0eXBlIjoiaW5kZXgiLCJ0ZW5hbnQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDEiLCJwcm9qZWN0IjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAyIiwicHJvamVjdF9uYW1lIjoiZGVmYXVsdCIsIm51bWJlciI6MSwicHJldmlvdXMiOm51bGwsImlzc3VlZCI6IjIwMjYtMTEtMjJUMDk6MDA6MDAuMDAwWiIsImVudHJpZXMiOnsiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAzIjp7ImtpbmQiOiJjb25uZWN0aW9uIiwibmFtZSI6InNob3AiLCJ2ZXJzaW9uIjoxLCJoYXNoIjoiMjFlZmI2Zjc2ODhiMjU3ZjFjNTI4NjM3NDhkYTUwN2YyY2EzZDk2NzM0YThlMTAyZjg2YTgwNDdkZTg5NzQ5ZiJ9LCIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDQiOnsia2luZCI6ImNvbm5lY3Rpb24iLCJuYW1lIjoid2FyZWhvdXNlIiwidmVyc2lvbiI6MSwiaGFzaCI6IjkyNzJiZjJhYmExZDg3YmQ4MGJhZGJjMTNjYWM3MWM1OGQ0ZDA5NjFhMWYyMTQ3NjQ5MDY2ZWQ1NWQ0N2NlMmIifSwiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDA1Ijp7ImtpbmQiOiJwaXBlbGluZSIsIm5hbWUiOiJvcmRlcnMiLCJ2ZXJzaW9uIjoxLCJoYXNoIjoiZWMwOTM5NTNmM2ZjOGZmYjU4YjJmZTJmYTBmZTg1YTQ5N2I0MGQwZWZhZjQwMjBmZjA2Mjk4OWY1YjkzM2MzNyJ9fX0=",
                     *             "signatures": [
                     *               {
                     *                 "keyid": "6a3803d5f059902a1c6dafbc9ba47292",
                     *                 "sig": "FQOvCyvtiZHfq7xqVP8USXBJO1nhoNBRgaxKuW8HYX4B31HN7avenKqSHHEkG66wbo4RI6BNw8jeHyFQhO8IAA=="
                     *               }
                     *             ]
                     *           },
                     *           "created": "2026-11-22T09:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["IndexRecord"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    handInReceipt: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "receipt": {
                 *         "payloadType": "application/vnd.sallyport.receipt.v1+json",
                 *         "payload": "eyJ0eXBlIjoicmVjZWlwdCIsInRlbmFudCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMSIsInBvb2wiOiJkZWZhdWx0IiwiYWdlbnQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDYiLCJ0cnVzdCI6eyJ2ZXJzaW9uIjoxLCJoYXNoIjoiMTZkMWY0Y2I4NTBkNGYwYWQ4NGIxMmY4NzY0MGUxYWM5Y2M1MmVhYTAxZDE5N2FkZDkwMzRkOGRkMDg2YzhmOSJ9LCJpbmRleCI6eyIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDIiOnsibnVtYmVyIjoxLCJoYXNoIjoiZjU1NTc0NmY4NjYyYWI0OTNiYzNlYTIyNjEwZjFhNmNjODlmYzU2OTM5NjE5NGEyMDA0YzE1MTM0ZDRlZjZhZSJ9fSwia2lkcyI6WyIzMjEyODRiZjVmMGMxMDE5ZjY0Y2MzMjE3ZGI3MzYwNiJdLCJsb2ciOm51bGwsImlzc3VlZCI6IjIwMjYtMTEtMjJUMDk6MDA6MDAuMDAwWiJ9",
                 *         "signatures": [
                 *           {
                 *             "keyid": "b62e867fa2f33afe62d5d6b1642e1621",
                 *             "sig": "VSpKV1V2wuW9qtWdAKyVmnwKRbouz2/xtUhC+1UGxgo5pnqYONPwakvZQbJxsxj30HW8clv1rFW+4EMPUJW0Bg=="
                 *           }
                 *         ]
                 *       }
                 *     }
                 */
                "application/json": {
                    receipt: components["schemas"]["Dsse"];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "kept": true
                     *     }
                     */
                    "application/json": {
                        kept: boolean;
                    };
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["trust_missing"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["wrong_pool.signature_invalid.document_invalid"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    completeRewrap: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000009 */
                batch: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "fence": 1,
                 *       "records": [
                 *         {
                 *           "type": "connection",
                 *           "id": "0193509f-6e00-7000-8000-000000000003",
                 *           "version": 1,
                 *           "was": "5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e",
                 *           "sealed": "U0FMTFlFTlYAAQABMhKEv18MEBn2TMMhfbc2BvWy1uYPlHfjEMKYLaqmyRNsEIoXd8WUfkSPo31oF0VX7pVGcAE7qfcx5wDsDEeOOc37LAJ7RLADSf/iBdjrWL75b7KqXC5g9lglwFPO3Q3LUFp/3Kw8MN8KGHFUWit1J7/wxag/vmHgMIGU+OuNsPEGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgZY7pmgnbLwRU/lR+Se7vwoOdq0wdkaqOaCYMHNUFf2kaMRLynuYkGVXZosKhvvkDdbndYSCuie4Z4CcPTpjNmwmsbme7fytELsP9HdHmAUNIwdXOR2cpRKWYAX+E5msARGmXxZMazCh09sPqdqYIMSg2nEcr02XrfN0Q8Rn1R7KaHEywutL8RCfS2HUwfi9Ljvf54XXLCwo4EDYf6Azm3f7mcoJVS8qr2DJrEjiLA9QKMkeIDFIdvL9Y1fp1gCWVLIF/x/GNo74b601ASOyne1x8e1wICh/ibindPSSDrdicpt5MdMPl6Hbw1WBBFEUm/ZyZT0CDX6ZrrVIcTa6wRHhuCyaFbyl5IHyBq72cPl+41STTlxRDGKIQetCPhblFAWUtCFYjFmAjZgDL00fcFa"
                 *         }
                 *       ],
                 *       "refused": [
                 *         {
                 *           "type": "pipeline",
                 *           "id": "0193509f-6e00-7000-8000-000000000005",
                 *           "version": 1,
                 *           "code": "signer_not_allowed"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["CompleteRewrap"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "done": 1,
                     *       "refused": 1,
                     *       "left": 0
                     *     }
                     */
                    "application/json": {
                        done: number;
                        left: number;
                        refused: number;
                    };
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["rewrap_stale.trust_missing"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    completeRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-8000-8000-000000000007 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "fence": 1,
                 *       "status": "succeeded",
                 *       "retry": false,
                 *       "streams": [
                 *         {
                 *           "index": 0,
                 *           "route": "direct",
                 *           "status": "succeeded",
                 *           "rows_read": 3000000,
                 *           "rows": 3000000,
                 *           "bytes": 130000000,
                 *           "rejected": 0,
                 *           "seconds": 4.2
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["Complete"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "state": "succeeded"
                     *     }
                     */
                    "application/json": {
                        state: components["schemas"]["RunState"];
                    };
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["lease_lost"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    renewLease: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 0193509f-6e00-8000-8000-000000000007 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "fence": 1
                 *     }
                 */
                "application/json": {
                    fence: number;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "until": "2026-11-22T09:00:45.000Z",
                     *       "cancel": false
                     *     }
                     */
                    "application/json": {
                        cancel: boolean;
                        until: string;
                    };
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["lease_lost"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    putRunLog: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-8000-8000-000000000007 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "fence": 1,
                 *       "document": {
                 *         "payloadType": "application/vnd.sallyport.log.v1+json",
                 *         "payload": "eyJ0eXBlIjoibG9nIiwidGVuYW50IjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAxIiwicHJvamVjdCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMiIsInBvb2wiOiJkZWZhdWx0IiwicnVuIjoiMDE5MzUwOWYtNmUwMC04MDAwLTgwMDAtMDAwMDAwMDAwMDA3IiwicGlwZWxpbmUiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDUiLCJhZ2VudCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwNiIsImZlbmNlIjoxLCJjb21taXRtZW50IjoiYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMCJ9",
                 *         "signatures": [
                 *           {
                 *             "keyid": "b62e867fa2f33afe62d5d6b1642e1621",
                 *             "sig": "lApOAS8rDYj7zXi8bOFDk+OlG8KHSyjezvz5K/1DP0N3W9ShRHS5DDsqE1tCFENqp/FN8yG9A1X6B6fq5Xy0Cg=="
                 *           }
                 *         ]
                 *       },
                 *       "sealed": "U0FMTFlFTlYAAQACMhKEv18MEBn2TMMhfbc2BvWy1uYPlHfjEMKYLaqmyRNsEIoXd8WUfkSPo31oF0VX7pVGcAE7qfcx5wDsDEeOOc37LAJ7RLADSf/iBdjrWL75b7KqXC5g9lglwFPO3Q3L2U12mkdCIJEC1i9llxDb/PWy1uYPlHfjEMKYLaqmyRNsEIoXd8WUfkSPo31oF0VX4/QbHz+YTOizg4hoVO1InHFs/D8BmrH8/m0lwJs5gfSL+IAeWfycRx0IzgtyBK3da+tZ0H30erw8S1I99v9RSZc+a0iHPS+oVM+sXLFDvcMGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgZY7pmgnbLwRU/lR+Se7vwoOdq0wdkaqOaCYMHNUFf2kaMRLynuYkGVXZosKhvvkDdbndYSCuie4Z4CcPTpjNmwmsbme7fytELsP9HdHmAUNIwdXOR2cpRKWYAX+E5msARGmXxZMazCh09sPqdqYIMSg2nEcr02XrfN0Q8Rn1R7KaHEywutL8RCfS2HUwfi9Ljvf54XXLCwo4EDYf6Azm3f7mcoJVS8qr2DJrEjiLA9QKMkeIDFIdvL9Y1fp1gCWVLIF/x/GNo74b601ASOyne1x8e1wICh/ibindPSSDrdicpt5MdMPl6Hbw1WBBFEUm/ZyZT0CDX6ZrrVIcTa6wRHhuCyaFbyl5IHyBq72cPl+41STTlxRDGKIQetCPhblFAWUtCFYjFmAjZgDL00fcFa"
                 *     }
                 */
                "application/json": {
                    document: components["schemas"]["Dsse"];
                    /** @description Of the lease that is held; the log comes before the run is completed. */
                    fence: number;
                    sealed: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "until": "2026-11-22T09:00:45.000Z"
                     *     }
                     */
                    "application/json": {
                        until: string;
                    };
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.quota_reached"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["lease_lost.trust_missing"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch.signature_invalid.document_invalid.wrong_pool"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    reportProgress: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 0193509f-6e00-8000-8000-000000000007 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "fence": 1,
                 *       "streams": [
                 *         {
                 *           "index": 0,
                 *           "rows": 10000,
                 *           "bytes": 1048576
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    fence: number;
                    streams: {
                        bytes: number;
                        index: number;
                        rows: number;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "until": "2026-11-22T09:00:45.000Z",
                     *       "cancel": false
                     *     }
                     */
                    "application/json": {
                        cancel: boolean;
                        until: string;
                    };
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["lease_lost"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    startRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-8000-8000-000000000007 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "fence": 1
                 *     }
                 */
                "application/json": {
                    fence: number;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "state": "running"
                     *     }
                     */
                    "application/json": {
                        state: components["schemas"]["RunState"];
                    };
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["lease_lost"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getAgentSelf: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-7000-8000-000000000006",
                     *       "state": "approved",
                     *       "pool": "default"
                     *     }
                     */
                    "application/json": components["schemas"]["AgentSelf"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listAgentTrust: {
        parameters: {
            query?: {
                /**
                 * @description The highest number that the caller has.
                 * @example 0
                 */
                after?: string;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "version": 1,
                     *           "hash": "16d1f4cb850d4f0ad84b12f87640e1ac9cc52eaa01d197add9034d8dd086c8f9",
                     *           "document": {
                     *             "payloadType": "application/vnd.sallyport.trust.v1+json",
                     *             "payload": "eyJ0eXBlIjoidHJ1c3QiLCJ0ZW5hbnQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDEiLCJ2ZXJzaW9uIjoxLCJwcmV2aW91cyI6bnVsbCwiaXNzdWVkIjoiMjAyNi0xMS0yMlQwOTowMDowMC4wMDBaIiwiZXhwaXJlcyI6IjIwMjctMTEtMjJUMDk6MDA6MDAuMDAwWiIsInJvb3RzIjp7ImtleXMiOlsiaW9qajNYUUo4Wlg5VXRzdFBMcGRjc3BuQ2I4ZGxCSWI4M1NJQWJRUGIxdz0iXSwidGhyZXNob2xkIjoxfSwicG9vbHMiOlt7Im5hbWUiOiJkZWZhdWx0Iiwia2V5IjoiN1Vrb3hpalJ3c2JxNlFNNGtGbVZZU2xaSnpwY1kvazJOc0ZHRkt5SE45RT0iLCJlbnJvbG1lbnQiOiJwb29sX2tleSJ9XSwic2VhbGluZ19rZXlzIjpbeyJraWQiOiIzMjEyODRiZjVmMGMxMDE5ZjY0Y2MzMjE3ZGI3MzYwNiIsInN1aXRlIjoxLCJwb29sIjoiZGVmYXVsdCIsInB1YmxpYyI6IlVLWVVDYkhkMERKZW14YTNBT2NaNlhjc0J3QUxHOWQ0YnBCOFpUMGdTVjA9Iiwic3RhdGUiOiJhY3RpdmUifV0sInNpZ25lcnMiOlt7ImtleSI6ImdUbDNEcWg5RjE5V28xUm13MHgrek11TmlwRzA3amVpWGZZUFc0L0pzNVE9Iiwib3duZXIiOiJBZGEiLCJtYXkiOlsiY29ubmVjdGlvbnMiLCJwaXBlbGluZXMiLCJwdWJsaXNoIiwicnVucyJdLCJwcm9qZWN0cyI6WyIqIl19XSwicmVhZGVycyI6W3sia2lkIjoiZDk0ZDc2OWE0NzQyMjA5MTAyZDYyZjY1OTcxMGRiZmMiLCJzdWl0ZSI6MSwicHVibGljIjoiTWRTcmFzN3NsaEUza1hBM2syNWdjVytzVnpyK2xObmFoS2dDQkVqZndSST0iLCJvd25lciI6IkdyYWNlIiwicHJvamVjdHMiOlsiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAyIl19XSwibG9nX2tleSI6InlwT3NGd1VZY0hIV2U0UEgvdzcrZ1FqbzdFVXdWMTEzSm9lVE05dmF2bnc9IiwicmVjb3ZlcnkiOm51bGwsInJlbGVhc2VzIjpbXSwicG9saWN5IjpudWxsfQ==",
                     *             "signatures": [
                     *               {
                     *                 "keyid": "34750f98bd59fcfc946da45aaabe933b",
                     *                 "sig": "RJVcDlaHL3eihkQ7t9xd1aVX68l+taM1AJZkq5kRC/8hln5JGdFUDTUC6o1e9JQTGzXaSQJuW3MmgoDHFlDBCA=="
                     *               }
                     *             ]
                     *           },
                     *           "policy": null,
                     *           "created": "2026-11-22T09:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["TrustRecord"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listAgents: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "0193509f-6e00-7000-8000-000000000006",
                     *           "name": "vm-1",
                     *           "pool": "default",
                     *           "state": "approved",
                     *           "public_key": "7UkoxijRwsbq6QM4kFmVYSlZJzpcY/k2NsFGFKyHN9E=",
                     *           "fingerprint": "b62e867fa2f33afe62d5d6b1642e1621",
                     *           "version": "0.1.0",
                     *           "created": "2026-11-22T09:00:00.000Z",
                     *           "ephemeral": false,
                     *           "approved": "2026-11-22T09:00:00.000Z",
                     *           "last_seen": "2026-11-22T09:00:00.000Z",
                     *           "health": {
                     *             "protocol": 2,
                     *             "version": "0.1.0",
                     *             "clock_skew_ms": 12,
                     *             "ring_created": "2026-11-22T09:00:00.000Z",
                     *             "slots": 4,
                     *             "slots_used": 1,
                     *             "labels": [
                     *               "region=eu"
                     *             ],
                     *             "stopping": false,
                     *             "reported": "2026-11-22T09:00:00.000Z"
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Agent"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getAgent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000006 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-7000-8000-000000000006",
                     *       "name": "vm-1",
                     *       "pool": "default",
                     *       "state": "approved",
                     *       "public_key": "7UkoxijRwsbq6QM4kFmVYSlZJzpcY/k2NsFGFKyHN9E=",
                     *       "fingerprint": "b62e867fa2f33afe62d5d6b1642e1621",
                     *       "version": "0.1.0",
                     *       "created": "2026-11-22T09:00:00.000Z",
                     *       "ephemeral": false,
                     *       "approved": "2026-11-22T09:00:00.000Z",
                     *       "last_seen": "2026-11-22T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Agent"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    approveAgent: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000006 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "fingerprint": "b62e867fa2f33afe62d5d6b1642e1621"
                 *     }
                 */
                "application/json": {
                    fingerprint: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-7000-8000-000000000006",
                     *       "name": "vm-1",
                     *       "pool": "default",
                     *       "state": "approved",
                     *       "public_key": "7UkoxijRwsbq6QM4kFmVYSlZJzpcY/k2NsFGFKyHN9E=",
                     *       "fingerprint": "b62e867fa2f33afe62d5d6b1642e1621",
                     *       "version": "0.1.0",
                     *       "created": "2026-11-22T09:00:00.000Z",
                     *       "ephemeral": false,
                     *       "approved": "2026-11-22T09:00:00.000Z",
                     *       "last_seen": "2026-11-22T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Agent"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused.agent_revoked.separation_of_duties"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["fingerprint_mismatch.conflict"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    drainAgent: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000006 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-7000-8000-000000000006",
                     *       "name": "vm-1",
                     *       "pool": "default",
                     *       "state": "approved",
                     *       "public_key": "7UkoxijRwsbq6QM4kFmVYSlZJzpcY/k2NsFGFKyHN9E=",
                     *       "fingerprint": "6a3803d5f059902a1c6dafbc9ba47292",
                     *       "version": "0.1.0",
                     *       "created": "2026-11-22T09:00:00.000Z",
                     *       "approved": "2026-11-22T09:00:00.000Z",
                     *       "last_seen": "2026-11-22T09:00:00.000Z",
                     *       "ephemeral": false,
                     *       "draining": "2026-11-22T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Agent"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused.agent_revoked"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    resumeAgent: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000006 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-7000-8000-000000000006",
                     *       "name": "vm-1",
                     *       "pool": "default",
                     *       "state": "approved",
                     *       "public_key": "7UkoxijRwsbq6QM4kFmVYSlZJzpcY/k2NsFGFKyHN9E=",
                     *       "fingerprint": "6a3803d5f059902a1c6dafbc9ba47292",
                     *       "version": "0.1.0",
                     *       "created": "2026-11-22T09:00:00.000Z",
                     *       "approved": "2026-11-22T09:00:00.000Z",
                     *       "last_seen": "2026-11-22T09:00:00.000Z",
                     *       "ephemeral": false
                     *     }
                     */
                    "application/json": components["schemas"]["Agent"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused.agent_revoked"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    revokeAgent: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000006 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-7000-8000-000000000006",
                     *       "name": "vm-1",
                     *       "pool": "default",
                     *       "state": "revoked",
                     *       "public_key": "7UkoxijRwsbq6QM4kFmVYSlZJzpcY/k2NsFGFKyHN9E=",
                     *       "fingerprint": "b62e867fa2f33afe62d5d6b1642e1621",
                     *       "version": "0.1.0",
                     *       "created": "2026-11-22T09:00:00.000Z",
                     *       "ephemeral": false,
                     *       "approved": "2026-11-22T09:00:00.000Z",
                     *       "last_seen": "2026-11-22T09:00:00.000Z",
                     *       "revoked": "2026-11-22T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Agent"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    askChallenge: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "tenant": "0193509f-6e00-7000-8000-000000000001",
                 *       "pool": "default"
                 *     }
                 */
                "application/json": {
                    pool: string;
                    tenant: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "challenge": "v1.CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=",
                     *       "expires": "2026-11-22T09:05:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Challenge"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            403: components["responses"]["origin_refused"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    enrolAgent: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "public_key": "7UkoxijRwsbq6QM4kFmVYSlZJzpcY/k2NsFGFKyHN9E=",
                 *       "pool": "default",
                 *       "name": "vm-1",
                 *       "version": "0.1.0"
                 *     }
                 */
                "application/json": {
                    name: string;
                    pool: string;
                    public_key: string;
                    version: string;
                };
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-7000-8000-000000000006",
                     *       "name": "vm-1",
                     *       "pool": "default",
                     *       "state": "pending",
                     *       "public_key": "7UkoxijRwsbq6QM4kFmVYSlZJzpcY/k2NsFGFKyHN9E=",
                     *       "fingerprint": "b62e867fa2f33afe62d5d6b1642e1621",
                     *       "version": "0.1.0",
                     *       "created": "2026-11-22T09:00:00.000Z",
                     *       "ephemeral": false
                     *     }
                     */
                    "application/json": components["schemas"]["Agent"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["origin_refused.quota_reached"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["already_exists"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    joinAgent: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "statement": {
                 *         "payloadType": "application/vnd.sallyport.enrolment.v1+json",
                 *         "payload": "eyJ0eXBlIjoiZW5yb2xtZW50IiwidGVuYW50IjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAxIiwicG9vbCI6ImRlZmF1bHQiLCJhZ2VudF9rZXkiOiI2a3BzWStLY1VncSs5VkI3RXk3RitaVkhkcTYrdm51U1FoN3FhUlJHMGl3PSIsImVkZ2UiOiJodHRwczovL2VkZ2UuZXhhbXBsZSIsImNoYWxsZW5nZSI6InYxLkNBZ0lDQWdJQ0FnSUNBZ0lDQWdJQ0FnSUNBZ0lDQWdJQ0FnSUNBZ0lDQWdJQ0FnSUNBZ0lDQWdJQ0FnSUNBZ0lDQWdJQ0FnSUNBZz0iLCJleHBpcmVzIjoiMjAyNi0xMS0yMlQwOTowNTowMC4wMDBaIn0=",
                 *         "signatures": [
                 *           {
                 *             "keyid": "b62e867fa2f33afe62d5d6b1642e1621",
                 *             "sig": "O/t1xI0avEsETkAcwhThhrNYSVPvPPrNOoFr4Pl2gBXEcqKFzvCHBAwnYGZnByeC71FrrfjCIsXa+BY5vJrOBA=="
                 *           }
                 *         ]
                 *       },
                 *       "public_key": "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=",
                 *       "name": "task-1",
                 *       "version": "0.1.0"
                 *     }
                 */
                "application/json": {
                    name: string;
                    public_key: string;
                    statement: components["schemas"]["Dsse"];
                    version: string;
                };
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-7000-8000-000000000006",
                     *       "name": "task-1",
                     *       "pool": "default",
                     *       "state": "approved",
                     *       "public_key": "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=",
                     *       "fingerprint": "fe812c12f3ab4ce6ac5db69ac352f906",
                     *       "version": "0.1.0",
                     *       "created": "2026-11-22T09:00:00.000Z",
                     *       "approved": "2026-11-22T09:00:00.000Z",
                     *       "ephemeral": true
                     *     }
                     */
                    "application/json": components["schemas"]["Agent"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json.challenge_invalid.enrolment_not_allowed"];
            403: components["responses"]["origin_refused.quota_reached.tenant_suspended.agent_revoked"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["already_exists.conflict"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["signature_invalid.document_invalid.trust_expired"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listApprovals: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "019a9f3e-7c00-7000-8000-00000000000a",
                     *           "kind": "deletion",
                     *           "operation": "deletePipeline",
                     *           "summary": "Delete a pipeline",
                     *           "request": "6ab0e5a2c5ad9d0f4f1b1c0d6d6cf6a0c5f87d3d1b6ce5fb7a3f0f0f8f4b9d21",
                     *           "asked_by": "019a9f3e-7c00-7000-8000-000000000002",
                     *           "asked_by_name": "Ada",
                     *           "state": "waiting",
                     *           "created": "2026-11-22T08:00:00.000Z",
                     *           "expires": "2026-11-23T08:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Approval"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getApproval: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 019a9f3e-7c00-7000-8000-00000000000a */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-00000000000a",
                     *       "kind": "deletion",
                     *       "operation": "deletePipeline",
                     *       "summary": "Delete a pipeline",
                     *       "request": "6ab0e5a2c5ad9d0f4f1b1c0d6d6cf6a0c5f87d3d1b6ce5fb7a3f0f0f8f4b9d21",
                     *       "asked_by": "019a9f3e-7c00-7000-8000-000000000002",
                     *       "asked_by_name": "Ada",
                     *       "state": "waiting",
                     *       "created": "2026-11-22T08:00:00.000Z",
                     *       "expires": "2026-11-23T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Approval"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    approveRequest: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-00000000000a */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-00000000000a",
                     *       "kind": "deletion",
                     *       "operation": "deletePipeline",
                     *       "summary": "Delete a pipeline",
                     *       "request": "6ab0e5a2c5ad9d0f4f1b1c0d6d6cf6a0c5f87d3d1b6ce5fb7a3f0f0f8f4b9d21",
                     *       "asked_by": "019a9f3e-7c00-7000-8000-000000000002",
                     *       "asked_by_name": "Ada",
                     *       "state": "approved",
                     *       "created": "2026-11-22T08:00:00.000Z",
                     *       "expires": "2026-11-23T08:00:00.000Z",
                     *       "decided_by": "019a9f3e-7c00-7000-8000-000000000006",
                     *       "decided": "2026-11-22T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Approval"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused.separation_of_duties"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    refuseRequest: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-00000000000a */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-00000000000a",
                     *       "kind": "deletion",
                     *       "operation": "deletePipeline",
                     *       "summary": "Delete a pipeline",
                     *       "request": "6ab0e5a2c5ad9d0f4f1b1c0d6d6cf6a0c5f87d3d1b6ce5fb7a3f0f0f8f4b9d21",
                     *       "asked_by": "019a9f3e-7c00-7000-8000-000000000002",
                     *       "asked_by_name": "Ada",
                     *       "state": "refused",
                     *       "created": "2026-11-22T08:00:00.000Z",
                     *       "expires": "2026-11-23T08:00:00.000Z",
                     *       "decided_by": "019a9f3e-7c00-7000-8000-000000000006",
                     *       "decided": "2026-11-22T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Approval"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused.separation_of_duties"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description `member.invited`; `member.` is everything that begins so. */
                action?: string;
                /** @description Who did it: a member, an account or an agent. */
                actor?: string;
                /**
                 * @description Entries behind this index.
                 * @example 0
                 */
                after?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
                /** @description From then on. */
                since?: string;
                target?: string;
                /** @description Before then. */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "index": 1,
                     *           "leaf": "{\"v\":1,\"time\":\"2026-11-22T08:00:00.000Z\",\"plan\":\"019a9f3e-7c00-7000-8000-000000000001\",\"actor\":{\"kind\":\"setup\"},\"action\":\"tenant.created\",\"target\":\"019a9f3e-7c00-7000-8000-000000000000\"}"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["AuditEntry"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getAuditCheckpoint: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "checkpoint": "sallyport/019a9f3e-7c00-7000-8000-000000000000\n1\narDlosWtnQ9PGxwNbWz2oMX4fT0bbOX7ej8PD49LnSE=\n\n— sallyport/… …\n",
                     *       "size": 1,
                     *       "root": "6ab0e5a2c5ad9d0f4f1b1c0d6d6cf6a0c5f87d3d1b6ce5fb7a3f0f0f8f4b9d21"
                     *     }
                     */
                    "application/json": components["schemas"]["AuditCheckpoint"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getAuditConsistency: {
        parameters: {
            query: {
                /** @example 1 */
                from: number;
                /** @example 1 */
                to: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "from": 1,
                     *       "to": 1,
                     *       "proof": []
                     *     }
                     */
                    "application/json": components["schemas"]["AuditConsistency"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    exportAudit: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {"leaf":"{\"v\":1,\"time\":\"2026-11-22T08:00:00.000Z\",\"plan\":\"019a9f3e-7c00-7000-8000-000000000001\",\"actor\":{\"kind\":\"setup\"},\"action\":\"tenant.created\",\"target\":\"019a9f3e-7c00-7000-8000-000000000000\"}"}
                     *     {"checkpoint":"sallyport/019a9f3e-7c00-7000-8000-000000000000\n1\narDlosWtnQ9PGxwNbWz2oMX4fT0bbOX7ej8PD49LnSE=\n\n— sallyport/… …\n"}
                     */
                    "application/jsonl": string;
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getAuditInclusion: {
        parameters: {
            query: {
                /** @example 0 */
                index: number;
                /** @example 1 */
                size: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "index": 0,
                     *       "size": 1,
                     *       "leaf_hash": "6ab0e5a2c5ad9d0f4f1b1c0d6d6cf6a0c5f87d3d1b6ce5fb7a3f0f0f8f4b9d21",
                     *       "proof": []
                     *     }
                     */
                    "application/json": components["schemas"]["AuditInclusion"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listBindings: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                group?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
                /** @example 019a9f3e-7c00-7000-8000-000000000006 */
                member?: string;
                place?: string;
                /** @description A built-in role by its name, or a custom one by its id. */
                role?: components["schemas"]["Role"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "019a9f3e-7c00-7000-8000-000000000009",
                     *           "member": "019a9f3e-7c00-7000-8000-000000000006",
                     *           "role": "editor",
                     *           "level": "project",
                     *           "place": "019a9f3e-7c00-7000-8000-000000000004",
                     *           "created": "2026-11-22T08:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Binding"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    createBinding: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "member": "019a9f3e-7c00-7000-8000-000000000006",
                 *       "role": "editor",
                 *       "level": "project",
                 *       "place": "019a9f3e-7c00-7000-8000-000000000004"
                 *     }
                 */
                "application/json": components["schemas"]["NewBinding"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000009",
                     *       "member": "019a9f3e-7c00-7000-8000-000000000006",
                     *       "role": "editor",
                     *       "level": "project",
                     *       "place": "019a9f3e-7c00-7000-8000-000000000004",
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Binding"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["already_exists"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["limit_reached"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    deleteBinding: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-000000000009 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000009",
                     *       "member": "019a9f3e-7c00-7000-8000-000000000006",
                     *       "role": "editor",
                     *       "level": "project",
                     *       "place": "019a9f3e-7c00-7000-8000-000000000004",
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Binding"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            409: components["responses"]["last_owner"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listConnections: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
                /** @example 0193509f-6e00-7000-8000-000000000002 */
                project?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "0193509f-6e00-7000-8000-000000000003",
                     *           "project": "0193509f-6e00-7000-8000-000000000002",
                     *           "name": "shop",
                     *           "kind": "postgres",
                     *           "version": 1,
                     *           "hash": "21efb6f7688b257f1c52863748da507f2ca3d96734a8e102f86a8047de89749f",
                     *           "pools": [
                     *             "default"
                     *           ],
                     *           "created": "2026-11-22T09:00:00.000Z",
                     *           "updated": "2026-11-22T09:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["ConnectionSummary"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    createConnection: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "document": {
                 *         "payloadType": "application/vnd.sallyport.connection.v1+json",
                 *         "payload": "eyJ0eXBlIjoiY29ubmVjdGlvbiIsInRlbmFudCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMSIsInByb2plY3QiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDIiLCJpZCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMyIsInZlcnNpb24iOjEsIm5hbWUiOiJzaG9wIiwia2luZCI6InBvc3RncmVzIiwicG9vbHMiOlsiZGVmYXVsdCJdLCJvd25lciI6bnVsbCwiYWNjb3VudCI6bnVsbCwiY29tbWl0bWVudCI6ImMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzAifQ==",
                 *         "signatures": [
                 *           {
                 *             "keyid": "6a3803d5f059902a1c6dafbc9ba47292",
                 *             "sig": "BhUH+DE/uZPWjq+kN9I1KLZ1qM8IcanpiD+brZS8iIuJA6e98LQyG8bbCVTQ0uMFKB0hAN8vVl4pAAh+kmdIBg=="
                 *           }
                 *         ]
                 *       },
                 *       "sealed": "U0FMTFlFTlYAAQABMhKEv18MEBn2TMMhfbc2BvWy1uYPlHfjEMKYLaqmyRNsEIoXd8WUfkSPo31oF0VX7pVGcAE7qfcx5wDsDEeOOc37LAJ7RLADSf/iBdjrWL75b7KqXC5g9lglwFPO3Q3LUFp/3Kw8MN8KGHFUWit1J7/wxag/vmHgMIGU+OuNsPEGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgZY7pmgnbLwRU/lR+Se7vwoOdq0wdkaqOaCYMHNUFf2kaMRLynuYkGVXZosKhvvkDdbndYSCuie4Z4CcPTpjNmwmsbme7fytELsP9HdHmAUNIwdXOR2cpRKWYAX+E5msARGmXxZMazCh09sPqdqYIMSg2nEcr02XrfN0Q8Rn1R7KaHEywutL8RCfS2HUwfi9Ljvf54XXLCwo4EDYf6Azm3f7mcoJVS8qr2DJrEjiLA9QKMkeIDFIdvL9Y1fp1gCWVLIF/x/GNo74b601ASOyne1x8e1wICh/ibindPSSDrdicpt5MdMPl6Hbw1WBBFEUm/ZyZT0CDX6ZrrVIcTa6wRHhuCyaFbyl5IHyBq72cPl+41STTlxRDGKIQetCPhblFAWUtCFYjFmAjZgDL00fcFa"
                 *     }
                 */
                "application/json": components["schemas"]["PutSealedDocument"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-7000-8000-000000000003",
                     *       "project": "0193509f-6e00-7000-8000-000000000002",
                     *       "name": "shop",
                     *       "kind": "postgres",
                     *       "version": 1,
                     *       "hash": "21efb6f7688b257f1c52863748da507f2ca3d96734a8e102f86a8047de89749f",
                     *       "pools": [
                     *         "default"
                     *       ],
                     *       "created": "2026-11-22T09:00:00.000Z",
                     *       "updated": "2026-11-22T09:00:00.000Z",
                     *       "document": {
                     *         "payloadType": "application/vnd.sallyport.connection.v1+json",
                     *         "payload": "eyJ0eXBlIjoiY29ubmVjdGlvbiIsInRlbmFudCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMSIsInByb2plY3QiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDIiLCJpZCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMyIsInZlcnNpb24iOjEsIm5hbWUiOiJzaG9wIiwia2luZCI6InBvc3RncmVzIiwicG9vbHMiOlsiZGVmYXVsdCJdLCJvd25lciI6bnVsbCwiYWNjb3VudCI6bnVsbCwiY29tbWl0bWVudCI6ImMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzAifQ==",
                     *         "signatures": [
                     *           {
                     *             "keyid": "6a3803d5f059902a1c6dafbc9ba47292",
                     *             "sig": "BhUH+DE/uZPWjq+kN9I1KLZ1qM8IcanpiD+brZS8iIuJA6e98LQyG8bbCVTQ0uMFKB0hAN8vVl4pAAh+kmdIBg=="
                     *           }
                     *         ]
                     *       },
                     *       "sealed": "U0FMTFlFTlYAAQABMhKEv18MEBn2TMMhfbc2BvWy1uYPlHfjEMKYLaqmyRNsEIoXd8WUfkSPo31oF0VX7pVGcAE7qfcx5wDsDEeOOc37LAJ7RLADSf/iBdjrWL75b7KqXC5g9lglwFPO3Q3LUFp/3Kw8MN8KGHFUWit1J7/wxag/vmHgMIGU+OuNsPEGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgZY7pmgnbLwRU/lR+Se7vwoOdq0wdkaqOaCYMHNUFf2kaMRLynuYkGVXZosKhvvkDdbndYSCuie4Z4CcPTpjNmwmsbme7fytELsP9HdHmAUNIwdXOR2cpRKWYAX+E5msARGmXxZMazCh09sPqdqYIMSg2nEcr02XrfN0Q8Rn1R7KaHEywutL8RCfS2HUwfi9Ljvf54XXLCwo4EDYf6Azm3f7mcoJVS8qr2DJrEjiLA9QKMkeIDFIdvL9Y1fp1gCWVLIF/x/GNo74b601ASOyne1x8e1wICh/ibindPSSDrdicpt5MdMPl6Hbw1WBBFEUm/ZyZT0CDX6ZrrVIcTa6wRHhuCyaFbyl5IHyBq72cPl+41STTlxRDGKIQetCPhblFAWUtCFYjFmAjZgDL00fcFa"
                     *     }
                     */
                    "application/json": components["schemas"]["ConnectionRecord"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json.pool_unknown"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused.quota_reached"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["already_exists.trust_missing"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch.document_invalid.signature_invalid.signer_not_allowed"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000003 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-7000-8000-000000000003",
                     *       "project": "0193509f-6e00-7000-8000-000000000002",
                     *       "name": "shop",
                     *       "kind": "postgres",
                     *       "version": 1,
                     *       "hash": "21efb6f7688b257f1c52863748da507f2ca3d96734a8e102f86a8047de89749f",
                     *       "pools": [
                     *         "default"
                     *       ],
                     *       "created": "2026-11-22T09:00:00.000Z",
                     *       "updated": "2026-11-22T09:00:00.000Z",
                     *       "document": {
                     *         "payloadType": "application/vnd.sallyport.connection.v1+json",
                     *         "payload": "eyJ0eXBlIjoiY29ubmVjdGlvbiIsInRlbmFudCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMSIsInByb2plY3QiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDIiLCJpZCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMyIsInZlcnNpb24iOjEsIm5hbWUiOiJzaG9wIiwia2luZCI6InBvc3RncmVzIiwicG9vbHMiOlsiZGVmYXVsdCJdLCJvd25lciI6bnVsbCwiYWNjb3VudCI6bnVsbCwiY29tbWl0bWVudCI6ImMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzAifQ==",
                     *         "signatures": [
                     *           {
                     *             "keyid": "6a3803d5f059902a1c6dafbc9ba47292",
                     *             "sig": "BhUH+DE/uZPWjq+kN9I1KLZ1qM8IcanpiD+brZS8iIuJA6e98LQyG8bbCVTQ0uMFKB0hAN8vVl4pAAh+kmdIBg=="
                     *           }
                     *         ]
                     *       },
                     *       "sealed": "U0FMTFlFTlYAAQABMhKEv18MEBn2TMMhfbc2BvWy1uYPlHfjEMKYLaqmyRNsEIoXd8WUfkSPo31oF0VX7pVGcAE7qfcx5wDsDEeOOc37LAJ7RLADSf/iBdjrWL75b7KqXC5g9lglwFPO3Q3LUFp/3Kw8MN8KGHFUWit1J7/wxag/vmHgMIGU+OuNsPEGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgZY7pmgnbLwRU/lR+Se7vwoOdq0wdkaqOaCYMHNUFf2kaMRLynuYkGVXZosKhvvkDdbndYSCuie4Z4CcPTpjNmwmsbme7fytELsP9HdHmAUNIwdXOR2cpRKWYAX+E5msARGmXxZMazCh09sPqdqYIMSg2nEcr02XrfN0Q8Rn1R7KaHEywutL8RCfS2HUwfi9Ljvf54XXLCwo4EDYf6Azm3f7mcoJVS8qr2DJrEjiLA9QKMkeIDFIdvL9Y1fp1gCWVLIF/x/GNo74b601ASOyne1x8e1wICh/ibindPSSDrdicpt5MdMPl6Hbw1WBBFEUm/ZyZT0CDX6ZrrVIcTa6wRHhuCyaFbyl5IHyBq72cPl+41STTlxRDGKIQetCPhblFAWUtCFYjFmAjZgDL00fcFa"
                     *     }
                     */
                    "application/json": components["schemas"]["ConnectionRecord"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    deleteConnection: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the approval that another person gave to this very request. `ask`, or `ask` and that id, asks only: 204 where the request may happen as far as approvals go. Nothing is done then. */
                Approval?: components["parameters"]["ApprovalId"];
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000003 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-7000-8000-000000000003"
                     *     }
                     */
                    "application/json": {
                        id: string;
                    };
                };
            };
            /** @description Asked only (`Approval: ask`): it needs no other person, or has their approval. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.approval_required.origin_refused"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getCatalogue: {
        parameters: {
            query?: {
                action?: "test" | "discover";
            };
            header?: never;
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000003 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "action": "discover",
                     *       "document": {
                     *         "payloadType": "application/vnd.sallyport.catalogue.v1+json",
                     *         "payload": "eyJ0eXBlIjoiY2F0YWxvZ3VlIiwidGVuYW50IjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAxIiwicHJvamVjdCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMiIsInBvb2wiOiJkZWZhdWx0IiwiYWN0aW9uIjoiZGlzY292ZXIiLCJjb25uZWN0aW9uIjp7ImlkIjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAzIiwidmVyc2lvbiI6MSwiaGFzaCI6IjIxZWZiNmY3Njg4YjI1N2YxYzUyODYzNzQ4ZGE1MDdmMmNhM2Q5NjczNGE4ZTEwMmY4NmE4MDQ3ZGU4OTc0OWYifSwiaW5zcGVjdGlvbiI6IjAxOTM1MDlmLTZlMDAtODAwMC04MDAwLTAwMDAwMDAwMDAwYSIsImFnZW50IjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDA2IiwiaXNzdWVkIjoiMjAyNi0xMS0yMlQwOTowMDowMC4wMDBaIiwiY29tbWl0bWVudCI6ImMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzAifQ==",
                     *         "signatures": [
                     *           {
                     *             "keyid": "b62e867fa2f33afe62d5d6b1642e1621",
                     *             "sig": "WlJgGHFuZYwPjG86U03Gx3E3w48b5Tqc7G4tRwwgklQT/o0EiVv2k7z3wHBejTUg0EhsP+OgUJzZ1XMwaxyNDQ=="
                     *           }
                     *         ]
                     *       },
                     *       "sealed": "U0FMTFlFTlYAAQAB2U12mkdCIJEC1i9llxDb/PWy1uYPlHfjEMKYLaqmyRNsEIoXd8WUfkSPo31oF0VX4/QbHz+YTOizg4hoVO1InHFs/D8BmrH8/m0lwJs5gfSL+IAeWfycRx0IzgtyBK3dTbEZr79SAzfJ9TQqjeSYs+P3Nmm7LVoEQB/Bz5o+cXwGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgZY7pmgnbLwRU/lR+Se7vwoOdq0wdkaqOaCYMHNUFf2kaMRLynuYkGVXZosKhvvkDdbndYSCuie4Z4CcPTpjNmwmsbme7fytELsP9HdHmAUNIwdXOR2cpRKWYAX+E5msARGmXxZMazCh09sPqdqYIMSg2nEcr02XrfN0Q8Rn1R7KaHEywutL8RCfS2HUwfi9Ljvf54XXLCwo4EDYf6Azm3f7mcoJVS8qr2DJrEjiLA9QKMkeIDFIdvL9Y1fp1gCWVLIF/x/GNo74b601ASOyne1x8e1wICh/ibindPSSDrdicpt5MdMPl6Hbw1WBBFEUm/ZyZT0CDX6ZrrVIcTa6wRHhuCyaFbyl5IHyBq72cPl+41STTlxRDGKIQetCPhblFAWUtCFYjFmAjZgDL00fcFa",
                     *       "created": "2026-11-22T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CatalogueRecord"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    createConnectionVersion: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000003 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "document": {
                 *         "payloadType": "application/vnd.sallyport.connection.v1+json",
                 *         "payload": "eyJ0eXBlIjoiY29ubmVjdGlvbiIsInRlbmFudCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMSIsInByb2plY3QiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDIiLCJpZCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMyIsInZlcnNpb24iOjEsIm5hbWUiOiJzaG9wIiwia2luZCI6InBvc3RncmVzIiwicG9vbHMiOlsiZGVmYXVsdCJdLCJvd25lciI6bnVsbCwiYWNjb3VudCI6bnVsbCwiY29tbWl0bWVudCI6ImMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzAifQ==",
                 *         "signatures": [
                 *           {
                 *             "keyid": "6a3803d5f059902a1c6dafbc9ba47292",
                 *             "sig": "BhUH+DE/uZPWjq+kN9I1KLZ1qM8IcanpiD+brZS8iIuJA6e98LQyG8bbCVTQ0uMFKB0hAN8vVl4pAAh+kmdIBg=="
                 *           }
                 *         ]
                 *       },
                 *       "sealed": "U0FMTFlFTlYAAQABMhKEv18MEBn2TMMhfbc2BvWy1uYPlHfjEMKYLaqmyRNsEIoXd8WUfkSPo31oF0VX7pVGcAE7qfcx5wDsDEeOOc37LAJ7RLADSf/iBdjrWL75b7KqXC5g9lglwFPO3Q3LUFp/3Kw8MN8KGHFUWit1J7/wxag/vmHgMIGU+OuNsPEGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgZY7pmgnbLwRU/lR+Se7vwoOdq0wdkaqOaCYMHNUFf2kaMRLynuYkGVXZosKhvvkDdbndYSCuie4Z4CcPTpjNmwmsbme7fytELsP9HdHmAUNIwdXOR2cpRKWYAX+E5msARGmXxZMazCh09sPqdqYIMSg2nEcr02XrfN0Q8Rn1R7KaHEywutL8RCfS2HUwfi9Ljvf54XXLCwo4EDYf6Azm3f7mcoJVS8qr2DJrEjiLA9QKMkeIDFIdvL9Y1fp1gCWVLIF/x/GNo74b601ASOyne1x8e1wICh/ibindPSSDrdicpt5MdMPl6Hbw1WBBFEUm/ZyZT0CDX6ZrrVIcTa6wRHhuCyaFbyl5IHyBq72cPl+41STTlxRDGKIQetCPhblFAWUtCFYjFmAjZgDL00fcFa"
                 *     }
                 */
                "application/json": components["schemas"]["PutSealedDocument"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-7000-8000-000000000003",
                     *       "project": "0193509f-6e00-7000-8000-000000000002",
                     *       "name": "shop",
                     *       "kind": "postgres",
                     *       "version": 1,
                     *       "hash": "21efb6f7688b257f1c52863748da507f2ca3d96734a8e102f86a8047de89749f",
                     *       "pools": [
                     *         "default"
                     *       ],
                     *       "created": "2026-11-22T09:00:00.000Z",
                     *       "updated": "2026-11-22T09:00:00.000Z",
                     *       "document": {
                     *         "payloadType": "application/vnd.sallyport.connection.v1+json",
                     *         "payload": "eyJ0eXBlIjoiY29ubmVjdGlvbiIsInRlbmFudCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMSIsInByb2plY3QiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDIiLCJpZCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMyIsInZlcnNpb24iOjEsIm5hbWUiOiJzaG9wIiwia2luZCI6InBvc3RncmVzIiwicG9vbHMiOlsiZGVmYXVsdCJdLCJvd25lciI6bnVsbCwiYWNjb3VudCI6bnVsbCwiY29tbWl0bWVudCI6ImMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzAifQ==",
                     *         "signatures": [
                     *           {
                     *             "keyid": "6a3803d5f059902a1c6dafbc9ba47292",
                     *             "sig": "BhUH+DE/uZPWjq+kN9I1KLZ1qM8IcanpiD+brZS8iIuJA6e98LQyG8bbCVTQ0uMFKB0hAN8vVl4pAAh+kmdIBg=="
                     *           }
                     *         ]
                     *       },
                     *       "sealed": "U0FMTFlFTlYAAQABMhKEv18MEBn2TMMhfbc2BvWy1uYPlHfjEMKYLaqmyRNsEIoXd8WUfkSPo31oF0VX7pVGcAE7qfcx5wDsDEeOOc37LAJ7RLADSf/iBdjrWL75b7KqXC5g9lglwFPO3Q3LUFp/3Kw8MN8KGHFUWit1J7/wxag/vmHgMIGU+OuNsPEGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgZY7pmgnbLwRU/lR+Se7vwoOdq0wdkaqOaCYMHNUFf2kaMRLynuYkGVXZosKhvvkDdbndYSCuie4Z4CcPTpjNmwmsbme7fytELsP9HdHmAUNIwdXOR2cpRKWYAX+E5msARGmXxZMazCh09sPqdqYIMSg2nEcr02XrfN0Q8Rn1R7KaHEywutL8RCfS2HUwfi9Ljvf54XXLCwo4EDYf6Azm3f7mcoJVS8qr2DJrEjiLA9QKMkeIDFIdvL9Y1fp1gCWVLIF/x/GNo74b601ASOyne1x8e1wICh/ibindPSSDrdicpt5MdMPl6Hbw1WBBFEUm/ZyZT0CDX6ZrrVIcTa6wRHhuCyaFbyl5IHyBq72cPl+41STTlxRDGKIQetCPhblFAWUtCFYjFmAjZgDL00fcFa"
                     *     }
                     */
                    "application/json": components["schemas"]["ConnectionRecord"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json.pool_unknown"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["conflict.trust_missing"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch.document_invalid.signature_invalid.signer_not_allowed"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listDeadLetters: {
        parameters: {
            query?: {
                /** @example 7 */
                days?: number;
                pipeline?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "reason": "8f14e45fceea167a",
                     *           "project": "0193509f-6e00-7000-8000-000000000002",
                     *           "pipeline_id": "0193509f-6e00-7000-8000-000000000005",
                     *           "version": 3,
                     *           "state": "dead",
                     *           "code": "connection_refused",
                     *           "runs": 12,
                     *           "first": "2026-11-22T09:00:00.000Z",
                     *           "last": "2026-11-22T09:00:00.000Z",
                     *           "last_run": "0193509f-6e00-8000-8000-000000000007"
                     *         }
                     *       ],
                     *       "complete": true
                     *     }
                     */
                    "application/json": components["schemas"]["DeadLetters"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    authorizeDevice: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "client_id": "sallyport",
                 *       "device": "laptop of Ada"
                 *     }
                 */
                "application/json": components["schemas"]["DeviceAuthorizationRequest"];
                "application/x-www-form-urlencoded": components["schemas"]["DeviceAuthorizationRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "device_code": "sp_dvc_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT",
                     *       "user_code": "WDJB-MJHT",
                     *       "verification_uri": "https://edge.example.com/console/device",
                     *       "verification_uri_complete": "https://edge.example.com/console/device#WDJB-MJHT",
                     *       "expires_in": 600,
                     *       "interval": 5
                     *     }
                     */
                    "application/json": components["schemas"]["DeviceAuthorization"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json.client_unknown.scope_invalid"];
            403: components["responses"]["origin_refused"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    renewDevice: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "device": "laptop of Ada"
                 *     }
                 */
                "application/json": components["schemas"]["DeviceFreshRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "device_code": "sp_dvc_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT",
                     *       "user_code": "WDJB-MJHT",
                     *       "verification_uri": "https://edge.example.com/console/device",
                     *       "verification_uri_complete": "https://edge.example.com/console/device#WDJB-MJHT",
                     *       "expires_in": 600,
                     *       "interval": 5
                     *     }
                     */
                    "application/json": components["schemas"]["DeviceAuthorization"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    approveDevice: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "user_code": "WDJB-MJHT",
                 *       "tenant": "019a9f3e-7c00-7000-8000-000000000000"
                 *     }
                 */
                "application/json": components["schemas"]["DeviceApproval"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "state": "approved"
                     *     }
                     */
                    "application/json": components["schemas"]["DeviceDecision"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused.sign_in_not_enough"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["conflict"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    denyDevice: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "user_code": "WDJB-MJHT"
                 *     }
                 */
                "application/json": components["schemas"]["DeviceCode"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "state": "denied"
                     *     }
                     */
                    "application/json": components["schemas"]["DeviceDecision"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["conflict"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getDeviceRequest: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "user_code": "WDJB-MJHT"
                 *     }
                 */
                "application/json": components["schemas"]["DeviceCode"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "user_code": "WDJB-MJHT",
                     *       "device": "laptop of Ada",
                     *       "network": "192.0.2.17",
                     *       "agent": "sallyport/0.1.0",
                     *       "renews": false,
                     *       "created": "2026-11-22T08:00:00.000Z",
                     *       "expires": "2026-11-22T08:10:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["DeviceRequest"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getDeviceToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
                 *       "device_code": "sp_dvc_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT",
                 *       "client_id": "sallyport"
                 *     }
                 */
                "application/json": components["schemas"]["DeviceTokenRequest"];
                "application/x-www-form-urlencoded": components["schemas"]["DeviceTokenRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "access_token": "sp_dev_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT",
                     *       "token_type": "Bearer",
                     *       "expires_in": 2592000
                     *     }
                     */
                    "application/json": components["schemas"]["DeviceToken"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json.authorization_pending.slow_down.expired_token.access_denied.grant_invalid.grant_unsupported.client_unknown"];
            403: components["responses"]["origin_refused"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    createEnrolmentToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "pool": "default"
                 *     }
                 */
                "application/json": {
                    pool: string;
                };
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "token": "sp_enr_0123456789ABCDEFGHIJKLMNOPQRST1Fh6Tk",
                     *       "pool": "default",
                     *       "expires": "2026-11-22T09:15:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["EnrolmentToken"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json.pool_unknown"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getErasedTenant: {
        parameters: {
            query: {
                /** @example 019a9f3e-7c00-7000-8000-000000000000 */
                tenant: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000000",
                     *       "erased": "2026-12-22T09:00:00.000Z",
                     *       "log_key": "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=",
                     *       "size": 12,
                     *       "checkpoint": "sallyport/019a9f3e-7c00-7000-8000-000000000000\n12\n…\n"
                     *     }
                     */
                    "application/json": components["schemas"]["ErasedTenant"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    exportErasedAudit: {
        parameters: {
            query: {
                /** @example 019a9f3e-7c00-7000-8000-000000000000 */
                tenant: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {"leaf":"{\"v\":1,…}"}
                     *     {"checkpoint":"sallyport/019a9f3e-7c00-7000-8000-000000000000\n1\n…\n"}
                     */
                    "application/jsonl": string;
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    confirmByPasskey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "credential": {
                 *         "id": "AYhBl1gkR2aRBk0lHnVqGw",
                 *         "rawId": "AYhBl1gkR2aRBk0lHnVqGw",
                 *         "type": "public-key",
                 *         "response": {
                 *           "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0",
                 *           "authenticatorData": "SZYN5YgOjGh0NBcPZHZgW4",
                 *           "signature": "MEUCIQD_signature"
                 *         }
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["PasskeyShown"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "fresh_until": "2026-11-22T08:05:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Fresh"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated.sign_in_failed"];
            403: components["responses"]["forbidden.origin_refused"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    startConfirmByPasskey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "challenge": "bXlfY2hhbGxlbmdlX29mX3RoaXJ0eV90d29fYnl0ZXM",
                     *       "rpId": "sallyport.example.com",
                     *       "timeout": 300000,
                     *       "allowCredentials": [],
                     *       "userVerification": "required"
                     *     }
                     */
                    "application/json": components["schemas"]["PasskeyRequestOptions"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    confirmByTotp: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "287082"
                 *     }
                 */
                "application/json": components["schemas"]["TotpConfirmation"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "fresh_until": "2026-11-22T08:05:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Fresh"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated.sign_in_failed"];
            403: components["responses"]["forbidden.origin_refused"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listGroups: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "019a9f3e-7c00-7000-8000-000000000008",
                     *           "name": "Marketing",
                     *           "members": 1,
                     *           "created": "2026-11-22T08:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Group"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    createGroup: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Marketing"
                 *     }
                 */
                "application/json": components["schemas"]["NewGroup"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000008",
                     *       "name": "Marketing",
                     *       "members": 0,
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Group"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["already_exists"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["limit_reached"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    deleteGroup: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-000000000008 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000008"
                     *     }
                     */
                    "application/json": {
                        id: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listGroupMembers: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @example 019a9f3e-7c00-7000-8000-000000000008 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "member": "019a9f3e-7c00-7000-8000-000000000006",
                     *           "since": "2026-11-22T08:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["GroupMember"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    addGroupMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-000000000008 */
                id: string;
                /** @example 019a9f3e-7c00-7000-8000-000000000006 */
                member: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "member": "019a9f3e-7c00-7000-8000-000000000006",
                     *       "since": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["GroupMember"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            409: components["responses"]["already_exists"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    removeGroupMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-000000000008 */
                id: string;
                /** @example 019a9f3e-7c00-7000-8000-000000000006 */
                member: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "member": "019a9f3e-7c00-7000-8000-000000000006"
                     *     }
                     */
                    "application/json": {
                        member: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    callWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 019a9f3e-7c00-7000-8000-0000000000aa */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "run": "0193509f-6e00-8000-8000-000000000007"
                     *     }
                     */
                    "application/json": components["schemas"]["CalledWebhook"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["origin_refused.tenant_suspended.trigger_not_allowed.quota_reached"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            422: components["responses"]["index_missing.not_in_index.not_at_index"];
            429: components["responses"]["limit_reached"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    createInspection: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "document": {
                 *         "payloadType": "application/vnd.sallyport.inspection.v1+json",
                 *         "payload": "eyJ0eXBlIjoiaW5zcGVjdGlvbiIsInRlbmFudCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMSIsInByb2plY3QiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDIiLCJhY3Rpb24iOiJkaXNjb3ZlciIsImRpcmVjdGlvbiI6InJlYWQiLCJwb29sIjoiZGVmYXVsdCIsImluZGV4IjoxLCJjb25uZWN0aW9uIjp7ImlkIjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAzIiwidmVyc2lvbiI6MSwiaGFzaCI6IjIxZWZiNmY3Njg4YjI1N2YxYzUyODYzNzQ4ZGE1MDdmMmNhM2Q5NjczNGE4ZTEwMmY4NmE4MDQ3ZGU4OTc0OWYifSwibm9uY2UiOiIwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMCIsImlzc3VlZCI6IjIwMjYtMTEtMjJUMDk6MDA6MDAuMDAwWiIsImV4cGlyZXMiOiIyMDI2LTExLTIyVDA5OjEwOjAwLjAwMFoiLCJjb21taXRtZW50IjoiYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMCJ9",
                 *         "signatures": [
                 *           {
                 *             "keyid": "6a3803d5f059902a1c6dafbc9ba47292",
                 *             "sig": "RcXkUCVhYe2KX521TVu6nw2zhbFMh+/NBRirn2+5L9Djbqo8HfWeir5hviLH3OUx+I4Alc+RiD7gIjc+GNZOAw=="
                 *           }
                 *         ]
                 *       },
                 *       "sealed": "U0FMTFlFTlYAAQABMhKEv18MEBn2TMMhfbc2BvWy1uYPlHfjEMKYLaqmyRNsEIoXd8WUfkSPo31oF0VX7pVGcAE7qfcx5wDsDEeOOc37LAJ7RLADSf/iBdjrWL75b7KqXC5g9lglwFPO3Q3LUFp/3Kw8MN8KGHFUWit1J7/wxag/vmHgMIGU+OuNsPEGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgZY7pmgnbLwRU/lR+Se7vwoOdq0wdkaqOaCYMHNUFf2kaMRLynuYkGVXZosKhvvkDdbndYSCuie4Z4CcPTpjNmwmsbme7fytELsP9HdHmAUNIwdXOR2cpRKWYAX+E5msARGmXxZMazCh09sPqdqYIMSg2nEcr02XrfN0Q8Rn1R7KaHEywutL8RCfS2HUwfi9Ljvf54XXLCwo4EDYf6Azm3f7mcoJVS8qr2DJrEjiLA9QKMkeIDFIdvL9Y1fp1gCWVLIF/x/GNo74b601ASOyne1x8e1wICh/ibindPSSDrdicpt5MdMPl6Hbw1WBBFEUm/ZyZT0CDX6ZrrVIcTa6wRHhuCyaFbyl5IHyBq72cPl+41STTlxRDGKIQetCPhblFAWUtCFYjFmAjZgDL00fcFa"
                 *     }
                 */
                "application/json": {
                    document: components["schemas"]["Dsse"];
                    sealed: string;
                };
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-8000-8000-00000000000a",
                     *       "project": "0193509f-6e00-7000-8000-000000000002",
                     *       "connection_id": "0193509f-6e00-7000-8000-000000000003",
                     *       "version": 1,
                     *       "pool": "default",
                     *       "action": "discover",
                     *       "state": "queued",
                     *       "created": "2026-11-22T09:00:00.000Z",
                     *       "expires": "2026-11-22T09:10:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Inspection"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json.pool_unknown"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["trust_missing"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch.not_at_index.request_expired.readers_missing.document_invalid.signature_invalid.signer_not_allowed"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getInspection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 0193509f-6e00-8000-8000-00000000000a */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-8000-8000-00000000000a",
                     *       "project": "0193509f-6e00-7000-8000-000000000002",
                     *       "connection_id": "0193509f-6e00-7000-8000-000000000003",
                     *       "version": 1,
                     *       "pool": "default",
                     *       "action": "discover",
                     *       "state": "succeeded",
                     *       "created": "2026-11-22T09:00:00.000Z",
                     *       "expires": "2026-11-22T09:10:00.000Z",
                     *       "streams": 12
                     *     }
                     */
                    "application/json": components["schemas"]["Inspection"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listInvitations: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "member": "019a9f3e-7c00-7000-8000-000000000006",
                     *           "name": "Grace Hopper",
                     *           "kind": "join",
                     *           "inviter": "019a9f3e-7c00-7000-8000-000000000002",
                     *           "created": "2026-11-22T08:00:00.000Z",
                     *           "expires": "2026-11-29T08:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Invitation"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    acceptInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "member": {
                     *         "id": "019a9f3e-7c00-7000-8000-000000000006",
                     *         "name": "Grace Hopper",
                     *         "kind": "person",
                     *         "role": "editor",
                     *         "state": "active",
                     *         "created": "2026-11-22T08:00:00.000Z"
                     *       },
                     *       "token": "sp_pat_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT"
                     *     }
                     */
                    "application/json": components["schemas"]["AcceptedInvitation"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["origin_refused.tenant_closing.tenant_suspended"];
            410: components["responses"]["link_invalid"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    joinTenant: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "invitation": "sp_inv_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT"
                 *     }
                 */
                "application/json": components["schemas"]["InvitationSecret"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000006",
                     *       "name": "Grace Hopper",
                     *       "kind": "person",
                     *       "role": "editor",
                     *       "state": "active",
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Member"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused.tenant_closing.tenant_suspended.sign_in_not_enough"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["already_exists.conflict"];
            410: components["responses"]["link_invalid"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    lookAtInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "invitation": "sp_inv_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT"
                 *     }
                 */
                "application/json": components["schemas"]["InvitationSecret"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "tenant": "019a9f3e-7c00-7000-8000-000000000000",
                     *       "tenant_name": "Acme",
                     *       "name": "Grace Hopper",
                     *       "kind": "join",
                     *       "inviter": "Ada Lovelace",
                     *       "service": false,
                     *       "expires": "2026-11-29T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["SeenInvitation"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            403: components["responses"]["origin_refused.tenant_closing.tenant_suspended"];
            408: components["responses"]["request_timeout"];
            410: components["responses"]["link_invalid"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    registerByInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "invitation": "sp_inv_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT",
                 *       "name": "Grace Hopper",
                 *       "password": "gravel-otter-sundial"
                 *     }
                 */
                "application/json": components["schemas"]["NewAccountByInvitation"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "next": "done"
                     *     }
                     */
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json.password_refused"];
            403: components["responses"]["origin_refused.tenant_closing.tenant_suspended"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["already_exists.conflict"];
            410: components["responses"]["link_invalid"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "kid": "321284bf5f0c1019f64cc3217db73606",
                     *           "suite": 1,
                     *           "pool": "default",
                     *           "state": "active",
                     *           "since": "2026-11-22T09:00:00.000Z",
                     *           "age_days": 0,
                     *           "records": 3,
                     *           "by_type": {
                     *             "connection": 2,
                     *             "pipeline": 1,
                     *             "policy": 0,
                     *             "log": 0
                     *           },
                     *           "holders": [
                     *             {
                     *               "agent": "0193509f-6e00-7000-8000-000000000006",
                     *               "proven": "2026-11-22T09:00:00.000Z"
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["KeySummary"][];
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            409: components["responses"]["trust_missing"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listKeyRecords: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /**
                 * @description Rows of a page; 50 unless said.
                 * @example 50
                 */
                limit?: number;
            };
            header?: never;
            path: {
                /** @example 321284bf5f0c1019f64cc3217db73606 */
                kid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "type": "connection",
                     *           "id": "0193509f-6e00-7000-8000-000000000003",
                     *           "version": 1,
                     *           "project": "0193509f-6e00-7000-8000-000000000002",
                     *           "name": "shop",
                     *           "rewrap": false
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["KeyRecord"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listLimits: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "scope": "pool:default",
                     *           "runs": 8,
                     *           "held": 3,
                     *           "updated": "2026-11-22T09:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Limit"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    putLimit: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example pool:default */
                scope: components["schemas"]["LimitScope"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "runs": 8
                 *     }
                 */
                "application/json": {
                    runs: number;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "scope": "pool:default",
                     *       "runs": 8,
                     *       "held": 3,
                     *       "updated": "2026-11-22T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Limit"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json.pool_unknown"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    deleteLimit: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example pool:default */
                scope: components["schemas"]["LimitScope"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "scope": "pool:default"
                     *     }
                     */
                    "application/json": {
                        scope: components["schemas"]["LimitScope"];
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listLogKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "public_key": "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=",
                     *           "state": "current",
                     *           "created": "2026-11-22T08:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["LogKey"][];
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    createLogKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the approval that another person gave to this very request. `ask`, or `ask` and that id, asks only: 204 where the request may happen as far as approvals go. Nothing is done then. */
                Approval?: components["parameters"]["ApprovalId"];
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "public_key": "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=",
                     *       "state": "next",
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["LogKey"];
                };
            };
            /** @description Asked only (`Approval: ask`): it needs no other person, or has their approval. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.approval_required.origin_refused"];
            409: components["responses"]["conflict"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listMembers: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "019a9f3e-7c00-7000-8000-000000000006",
                     *           "name": "Grace Hopper",
                     *           "kind": "person",
                     *           "role": "editor",
                     *           "state": "active",
                     *           "created": "2026-11-22T08:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Member"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    inviteMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Grace Hopper",
                 *       "role": "editor"
                 *     }
                 */
                "application/json": components["schemas"]["NewMember"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "member": {
                     *         "id": "019a9f3e-7c00-7000-8000-000000000006",
                     *         "name": "Grace Hopper",
                     *         "kind": "person",
                     *         "role": "editor",
                     *         "state": "invited",
                     *         "created": "2026-11-22T08:00:00.000Z"
                     *       },
                     *       "invitation": "sp_inv_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT"
                     *     }
                     */
                    "application/json": components["schemas"]["InvitedMember"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused.quota_reached"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["mail_off"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["limit_reached.too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    removeMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-000000000006 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000006",
                     *       "name": "Grace Hopper",
                     *       "kind": "person",
                     *       "state": "removed",
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Member"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            409: components["responses"]["last_owner"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    changeMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-000000000006 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "role": "viewer"
                 *     }
                 */
                "application/json": components["schemas"]["MemberChange"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000006",
                     *       "name": "Grace Hopper",
                     *       "kind": "person",
                     *       "role": "viewer",
                     *       "state": "active",
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Member"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["last_owner"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    eraseMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the approval that another person gave to this very request. `ask`, or `ask` and that id, asks only: 204 where the request may happen as far as approvals go. Nothing is done then. */
                Approval?: components["parameters"]["ApprovalId"];
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-000000000006 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000006",
                     *       "erased": "2026-11-22T08:00:00.000Z",
                     *       "names": 1
                     *     }
                     */
                    "application/json": components["schemas"]["ErasedMember"];
                };
            };
            /** @description Asked only (`Approval: ask`): it needs no other person, or has their approval. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.approval_required.origin_refused"];
            404: components["responses"]["not_found"];
            409: components["responses"]["last_owner.conflict"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    inviteAgain: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-000000000006 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["NewInvitation"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "member": "019a9f3e-7c00-7000-8000-000000000006",
                     *       "name": "Grace Hopper",
                     *       "kind": "link",
                     *       "inviter": "019a9f3e-7c00-7000-8000-000000000002",
                     *       "created": "2026-11-22T08:00:00.000Z",
                     *       "expires": "2026-11-29T08:00:00.000Z",
                     *       "invitation": "sp_inv_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT"
                     *     }
                     */
                    "application/json": components["schemas"]["SentInvitation"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["already_exists.mail_off"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["limit_reached.too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    revokeInvitation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-000000000006 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "member": "019a9f3e-7c00-7000-8000-000000000006"
                     *     }
                     */
                    "application/json": {
                        member: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    leaveTenant: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000006",
                     *       "name": "Grace Hopper",
                     *       "kind": "person",
                     *       "state": "removed",
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Member"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            409: components["responses"]["last_owner"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    askForPasswordReset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "ada@example.com"
                 *     }
                 */
                "application/json": components["schemas"]["MailAsked"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "mail": "sent"
                     *     }
                     */
                    "application/json": components["schemas"]["MailSent"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            403: components["responses"]["origin_refused"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["mail_off"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    resetPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "secret": "sp_rst_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT",
                 *       "password": "gravel-otter-sundial"
                 *     }
                 */
                "application/json": components["schemas"]["PasswordReset"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /** @example {} */
                    "application/json": components["schemas"]["Nothing"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json.password_refused"];
            403: components["responses"]["origin_refused"];
            408: components["responses"]["request_timeout"];
            410: components["responses"]["link_invalid"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listPipelines: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
                /** @example 0193509f-6e00-7000-8000-000000000002 */
                project?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "0193509f-6e00-7000-8000-000000000005",
                     *           "project": "0193509f-6e00-7000-8000-000000000002",
                     *           "name": "orders",
                     *           "version": 1,
                     *           "hash": "ec093953f3fc8ffb58b2fe2fa0fe85a497b40d0efaf4020ff062989f5b933c37",
                     *           "pool": "default",
                     *           "source": "0193509f-6e00-7000-8000-000000000003",
                     *           "destination": "0193509f-6e00-7000-8000-000000000004",
                     *           "api_runs_per_day": 24,
                     *           "created": "2026-11-22T09:00:00.000Z",
                     *           "updated": "2026-11-22T09:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["PipelineSummary"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    createPipeline: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "document": {
                 *         "payloadType": "application/vnd.sallyport.pipeline.v1+json",
                 *         "payload": "eyJ0eXBlIjoicGlwZWxpbmUiLCJ0ZW5hbnQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDEiLCJwcm9qZWN0IjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAyIiwiaWQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDUiLCJ2ZXJzaW9uIjoxLCJuYW1lIjoib3JkZXJzIiwiY29ubmVjdGlvbnMiOnsic291cmNlIjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAzIiwiZGVzdGluYXRpb24iOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDQifSwicG9vbCI6ImRlZmF1bHQiLCJ0cmlnZ2VycyI6eyJhcGkiOnsicGVyX2RheSI6MjR9LCJzY2hlZHVsZSI6eyJjcm9uIjoiMCA2ICogKiAqIiwidGltZXpvbmUiOiJFdXJvcGUvQmVybGluIiwib3ZlcmxhcCI6InNraXAiLCJjYXRjaF91cCI6Imxhc3QifSwid2ViaG9vayI6eyJwZXJfZGF5IjoxMDB9fSwicGFyYW1ldGVycyI6e30sImxpbWl0cyI6eyJyZXRyaWVzIjozfSwiY29tbWl0bWVudCI6ImMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzAifQ==",
                 *         "signatures": [
                 *           {
                 *             "keyid": "6a3803d5f059902a1c6dafbc9ba47292",
                 *             "sig": "Q/9r+KjT2i0zuIyBLh640dkMEnJm7kRZIpU7h/dTsBrQldGL44CFGQ+hMk0sNKKAbZcE++UGzs4omPKfCDyjCg=="
                 *           }
                 *         ]
                 *       },
                 *       "sealed": "U0FMTFlFTlYAAQABMhKEv18MEBn2TMMhfbc2BvWy1uYPlHfjEMKYLaqmyRNsEIoXd8WUfkSPo31oF0VX7pVGcAE7qfcx5wDsDEeOOc37LAJ7RLADSf/iBdjrWL75b7KqXC5g9lglwFPO3Q3LUFp/3Kw8MN8KGHFUWit1J7/wxag/vmHgMIGU+OuNsPEGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgZY7pmgnbLwRU/lR+Se7vwoOdq0wdkaqOaCYMHNUFf2kaMRLynuYkGVXZosKhvvkDdbndYSCuie4Z4CcPTpjNmwmsbme7fytELsP9HdHmAUNIwdXOR2cpRKWYAX+E5msARGmXxZMazCh09sPqdqYIMSg2nEcr02XrfN0Q8Rn1R7KaHEywutL8RCfS2HUwfi9Ljvf54XXLCwo4EDYf6Azm3f7mcoJVS8qr2DJrEjiLA9QKMkeIDFIdvL9Y1fp1gCWVLIF/x/GNo74b601ASOyne1x8e1wICh/ibindPSSDrdicpt5MdMPl6Hbw1WBBFEUm/ZyZT0CDX6ZrrVIcTa6wRHhuCyaFbyl5IHyBq72cPl+41STTlxRDGKIQetCPhblFAWUtCFYjFmAjZgDL00fcFa"
                 *     }
                 */
                "application/json": components["schemas"]["PutSealedDocument"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-7000-8000-000000000005",
                     *       "project": "0193509f-6e00-7000-8000-000000000002",
                     *       "name": "orders",
                     *       "version": 1,
                     *       "hash": "ec093953f3fc8ffb58b2fe2fa0fe85a497b40d0efaf4020ff062989f5b933c37",
                     *       "pool": "default",
                     *       "source": "0193509f-6e00-7000-8000-000000000003",
                     *       "destination": "0193509f-6e00-7000-8000-000000000004",
                     *       "api_runs_per_day": 24,
                     *       "created": "2026-11-22T09:00:00.000Z",
                     *       "updated": "2026-11-22T09:00:00.000Z",
                     *       "document": {
                     *         "payloadType": "application/vnd.sallyport.pipeline.v1+json",
                     *         "payload": "eyJ0eXBlIjoicGlwZWxpbmUiLCJ0ZW5hbnQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDEiLCJwcm9qZWN0IjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAyIiwiaWQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDUiLCJ2ZXJzaW9uIjoxLCJuYW1lIjoib3JkZXJzIiwiY29ubmVjdGlvbnMiOnsic291cmNlIjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAzIiwiZGVzdGluYXRpb24iOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDQifSwicG9vbCI6ImRlZmF1bHQiLCJ0cmlnZ2VycyI6eyJhcGkiOnsicGVyX2RheSI6MjR9LCJzY2hlZHVsZSI6eyJjcm9uIjoiMCA2ICogKiAqIiwidGltZXpvbmUiOiJFdXJvcGUvQmVybGluIiwib3ZlcmxhcCI6InNraXAiLCJjYXRjaF91cCI6Imxhc3QifSwid2ViaG9vayI6eyJwZXJfZGF5IjoxMDB9fSwicGFyYW1ldGVycyI6e30sImxpbWl0cyI6eyJyZXRyaWVzIjozfSwiY29tbWl0bWVudCI6ImMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzAifQ==",
                     *         "signatures": [
                     *           {
                     *             "keyid": "6a3803d5f059902a1c6dafbc9ba47292",
                     *             "sig": "Q/9r+KjT2i0zuIyBLh640dkMEnJm7kRZIpU7h/dTsBrQldGL44CFGQ+hMk0sNKKAbZcE++UGzs4omPKfCDyjCg=="
                     *           }
                     *         ]
                     *       },
                     *       "sealed": "U0FMTFlFTlYAAQABMhKEv18MEBn2TMMhfbc2BvWy1uYPlHfjEMKYLaqmyRNsEIoXd8WUfkSPo31oF0VX7pVGcAE7qfcx5wDsDEeOOc37LAJ7RLADSf/iBdjrWL75b7KqXC5g9lglwFPO3Q3LUFp/3Kw8MN8KGHFUWit1J7/wxag/vmHgMIGU+OuNsPEGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgZY7pmgnbLwRU/lR+Se7vwoOdq0wdkaqOaCYMHNUFf2kaMRLynuYkGVXZosKhvvkDdbndYSCuie4Z4CcPTpjNmwmsbme7fytELsP9HdHmAUNIwdXOR2cpRKWYAX+E5msARGmXxZMazCh09sPqdqYIMSg2nEcr02XrfN0Q8Rn1R7KaHEywutL8RCfS2HUwfi9Ljvf54XXLCwo4EDYf6Azm3f7mcoJVS8qr2DJrEjiLA9QKMkeIDFIdvL9Y1fp1gCWVLIF/x/GNo74b601ASOyne1x8e1wICh/ibindPSSDrdicpt5MdMPl6Hbw1WBBFEUm/ZyZT0CDX6ZrrVIcTa6wRHhuCyaFbyl5IHyBq72cPl+41STTlxRDGKIQetCPhblFAWUtCFYjFmAjZgDL00fcFa"
                     *     }
                     */
                    "application/json": components["schemas"]["PipelineRecord"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json.pool_unknown"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused.quota_reached"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["already_exists.trust_missing"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch.document_invalid.signature_invalid.signer_not_allowed.connection_unknown.pipeline_invalid"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getPipeline: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000005 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-7000-8000-000000000005",
                     *       "project": "0193509f-6e00-7000-8000-000000000002",
                     *       "name": "orders",
                     *       "version": 1,
                     *       "hash": "ec093953f3fc8ffb58b2fe2fa0fe85a497b40d0efaf4020ff062989f5b933c37",
                     *       "pool": "default",
                     *       "source": "0193509f-6e00-7000-8000-000000000003",
                     *       "destination": "0193509f-6e00-7000-8000-000000000004",
                     *       "api_runs_per_day": 24,
                     *       "created": "2026-11-22T09:00:00.000Z",
                     *       "updated": "2026-11-22T09:00:00.000Z",
                     *       "document": {
                     *         "payloadType": "application/vnd.sallyport.pipeline.v1+json",
                     *         "payload": "eyJ0eXBlIjoicGlwZWxpbmUiLCJ0ZW5hbnQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDEiLCJwcm9qZWN0IjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAyIiwiaWQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDUiLCJ2ZXJzaW9uIjoxLCJuYW1lIjoib3JkZXJzIiwiY29ubmVjdGlvbnMiOnsic291cmNlIjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAzIiwiZGVzdGluYXRpb24iOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDQifSwicG9vbCI6ImRlZmF1bHQiLCJ0cmlnZ2VycyI6eyJhcGkiOnsicGVyX2RheSI6MjR9LCJzY2hlZHVsZSI6eyJjcm9uIjoiMCA2ICogKiAqIiwidGltZXpvbmUiOiJFdXJvcGUvQmVybGluIiwib3ZlcmxhcCI6InNraXAiLCJjYXRjaF91cCI6Imxhc3QifSwid2ViaG9vayI6eyJwZXJfZGF5IjoxMDB9fSwicGFyYW1ldGVycyI6e30sImxpbWl0cyI6eyJyZXRyaWVzIjozfSwiY29tbWl0bWVudCI6ImMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzAifQ==",
                     *         "signatures": [
                     *           {
                     *             "keyid": "6a3803d5f059902a1c6dafbc9ba47292",
                     *             "sig": "Q/9r+KjT2i0zuIyBLh640dkMEnJm7kRZIpU7h/dTsBrQldGL44CFGQ+hMk0sNKKAbZcE++UGzs4omPKfCDyjCg=="
                     *           }
                     *         ]
                     *       },
                     *       "sealed": "U0FMTFlFTlYAAQABMhKEv18MEBn2TMMhfbc2BvWy1uYPlHfjEMKYLaqmyRNsEIoXd8WUfkSPo31oF0VX7pVGcAE7qfcx5wDsDEeOOc37LAJ7RLADSf/iBdjrWL75b7KqXC5g9lglwFPO3Q3LUFp/3Kw8MN8KGHFUWit1J7/wxag/vmHgMIGU+OuNsPEGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgZY7pmgnbLwRU/lR+Se7vwoOdq0wdkaqOaCYMHNUFf2kaMRLynuYkGVXZosKhvvkDdbndYSCuie4Z4CcPTpjNmwmsbme7fytELsP9HdHmAUNIwdXOR2cpRKWYAX+E5msARGmXxZMazCh09sPqdqYIMSg2nEcr02XrfN0Q8Rn1R7KaHEywutL8RCfS2HUwfi9Ljvf54XXLCwo4EDYf6Azm3f7mcoJVS8qr2DJrEjiLA9QKMkeIDFIdvL9Y1fp1gCWVLIF/x/GNo74b601ASOyne1x8e1wICh/ibindPSSDrdicpt5MdMPl6Hbw1WBBFEUm/ZyZT0CDX6ZrrVIcTa6wRHhuCyaFbyl5IHyBq72cPl+41STTlxRDGKIQetCPhblFAWUtCFYjFmAjZgDL00fcFa"
                     *     }
                     */
                    "application/json": components["schemas"]["PipelineRecord"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    deletePipeline: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the approval that another person gave to this very request. `ask`, or `ask` and that id, asks only: 204 where the request may happen as far as approvals go. Nothing is done then. */
                Approval?: components["parameters"]["ApprovalId"];
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000005 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-7000-8000-000000000005"
                     *     }
                     */
                    "application/json": {
                        id: string;
                    };
                };
            };
            /** @description Asked only (`Approval: ask`): it needs no other person, or has their approval. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.approval_required.origin_refused"];
            404: components["responses"]["not_found"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getPipelineLabels: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000005 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "pipeline_id": "0193509f-6e00-7000-8000-000000000005",
                     *       "labels": [
                     *         "gpu",
                     *         "region=eu"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["PipelineLabels"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    putPipelineLabels: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000005 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "labels": [
                 *         "gpu",
                 *         "region=eu"
                 *       ]
                 *     }
                 */
                "application/json": {
                    labels: string[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "pipeline_id": "0193509f-6e00-7000-8000-000000000005",
                     *       "labels": [
                     *         "gpu",
                     *         "region=eu"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["PipelineLabels"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getPipelinePause: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000005 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "pipeline_id": "0193509f-6e00-7000-8000-000000000005"
                     *     }
                     */
                    "application/json": components["schemas"]["PipelinePause"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    pausePipeline: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000005 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "pipeline_id": "0193509f-6e00-7000-8000-000000000005",
                     *       "paused": "2026-11-22T12:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["PipelinePause"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getPipelineQueueing: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000005 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "pipeline_id": "0193509f-6e00-7000-8000-000000000005",
                     *       "priority": 7
                     *     }
                     */
                    "application/json": components["schemas"]["PipelineQueueing"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    putPipelineQueueing: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000005 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "priority": 7
                 *     }
                 */
                "application/json": {
                    priority: components["schemas"]["Priority"];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "pipeline_id": "0193509f-6e00-7000-8000-000000000005",
                     *       "priority": 7
                     *     }
                     */
                    "application/json": components["schemas"]["PipelineQueueing"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    resumePipeline: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000005 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "pipeline_id": "0193509f-6e00-7000-8000-000000000005"
                     *     }
                     */
                    "application/json": components["schemas"]["PipelinePause"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getPipelineSchedule: {
        parameters: {
            query?: {
                /** @description So many times; 5 unless said. */
                count?: number;
            };
            header?: never;
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000005 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "pipeline_id": "0193509f-6e00-7000-8000-000000000005",
                     *       "cron": "0 6 * * *",
                     *       "timezone": "Europe/Berlin",
                     *       "overlap": "skip",
                     *       "catch_up": "last",
                     *       "next": [
                     *         "2026-11-23T05:00:00.000Z",
                     *         "2026-11-24T05:00:00.000Z"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["PipelineSchedule"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            422: components["responses"]["index_missing.not_in_index.not_at_index"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    createPipelineVersion: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000005 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "document": {
                 *         "payloadType": "application/vnd.sallyport.pipeline.v1+json",
                 *         "payload": "eyJ0eXBlIjoicGlwZWxpbmUiLCJ0ZW5hbnQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDEiLCJwcm9qZWN0IjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAyIiwiaWQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDUiLCJ2ZXJzaW9uIjoxLCJuYW1lIjoib3JkZXJzIiwiY29ubmVjdGlvbnMiOnsic291cmNlIjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAzIiwiZGVzdGluYXRpb24iOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDQifSwicG9vbCI6ImRlZmF1bHQiLCJ0cmlnZ2VycyI6eyJhcGkiOnsicGVyX2RheSI6MjR9LCJzY2hlZHVsZSI6eyJjcm9uIjoiMCA2ICogKiAqIiwidGltZXpvbmUiOiJFdXJvcGUvQmVybGluIiwib3ZlcmxhcCI6InNraXAiLCJjYXRjaF91cCI6Imxhc3QifSwid2ViaG9vayI6eyJwZXJfZGF5IjoxMDB9fSwicGFyYW1ldGVycyI6e30sImxpbWl0cyI6eyJyZXRyaWVzIjozfSwiY29tbWl0bWVudCI6ImMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzAifQ==",
                 *         "signatures": [
                 *           {
                 *             "keyid": "6a3803d5f059902a1c6dafbc9ba47292",
                 *             "sig": "Q/9r+KjT2i0zuIyBLh640dkMEnJm7kRZIpU7h/dTsBrQldGL44CFGQ+hMk0sNKKAbZcE++UGzs4omPKfCDyjCg=="
                 *           }
                 *         ]
                 *       },
                 *       "sealed": "U0FMTFlFTlYAAQABMhKEv18MEBn2TMMhfbc2BvWy1uYPlHfjEMKYLaqmyRNsEIoXd8WUfkSPo31oF0VX7pVGcAE7qfcx5wDsDEeOOc37LAJ7RLADSf/iBdjrWL75b7KqXC5g9lglwFPO3Q3LUFp/3Kw8MN8KGHFUWit1J7/wxag/vmHgMIGU+OuNsPEGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgZY7pmgnbLwRU/lR+Se7vwoOdq0wdkaqOaCYMHNUFf2kaMRLynuYkGVXZosKhvvkDdbndYSCuie4Z4CcPTpjNmwmsbme7fytELsP9HdHmAUNIwdXOR2cpRKWYAX+E5msARGmXxZMazCh09sPqdqYIMSg2nEcr02XrfN0Q8Rn1R7KaHEywutL8RCfS2HUwfi9Ljvf54XXLCwo4EDYf6Azm3f7mcoJVS8qr2DJrEjiLA9QKMkeIDFIdvL9Y1fp1gCWVLIF/x/GNo74b601ASOyne1x8e1wICh/ibindPSSDrdicpt5MdMPl6Hbw1WBBFEUm/ZyZT0CDX6ZrrVIcTa6wRHhuCyaFbyl5IHyBq72cPl+41STTlxRDGKIQetCPhblFAWUtCFYjFmAjZgDL00fcFa"
                 *     }
                 */
                "application/json": components["schemas"]["PutSealedDocument"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-7000-8000-000000000005",
                     *       "project": "0193509f-6e00-7000-8000-000000000002",
                     *       "name": "orders",
                     *       "version": 1,
                     *       "hash": "ec093953f3fc8ffb58b2fe2fa0fe85a497b40d0efaf4020ff062989f5b933c37",
                     *       "pool": "default",
                     *       "source": "0193509f-6e00-7000-8000-000000000003",
                     *       "destination": "0193509f-6e00-7000-8000-000000000004",
                     *       "api_runs_per_day": 24,
                     *       "created": "2026-11-22T09:00:00.000Z",
                     *       "updated": "2026-11-22T09:00:00.000Z",
                     *       "document": {
                     *         "payloadType": "application/vnd.sallyport.pipeline.v1+json",
                     *         "payload": "eyJ0eXBlIjoicGlwZWxpbmUiLCJ0ZW5hbnQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDEiLCJwcm9qZWN0IjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAyIiwiaWQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDUiLCJ2ZXJzaW9uIjoxLCJuYW1lIjoib3JkZXJzIiwiY29ubmVjdGlvbnMiOnsic291cmNlIjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAzIiwiZGVzdGluYXRpb24iOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDQifSwicG9vbCI6ImRlZmF1bHQiLCJ0cmlnZ2VycyI6eyJhcGkiOnsicGVyX2RheSI6MjR9LCJzY2hlZHVsZSI6eyJjcm9uIjoiMCA2ICogKiAqIiwidGltZXpvbmUiOiJFdXJvcGUvQmVybGluIiwib3ZlcmxhcCI6InNraXAiLCJjYXRjaF91cCI6Imxhc3QifSwid2ViaG9vayI6eyJwZXJfZGF5IjoxMDB9fSwicGFyYW1ldGVycyI6e30sImxpbWl0cyI6eyJyZXRyaWVzIjozfSwiY29tbWl0bWVudCI6ImMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzAifQ==",
                     *         "signatures": [
                     *           {
                     *             "keyid": "6a3803d5f059902a1c6dafbc9ba47292",
                     *             "sig": "Q/9r+KjT2i0zuIyBLh640dkMEnJm7kRZIpU7h/dTsBrQldGL44CFGQ+hMk0sNKKAbZcE++UGzs4omPKfCDyjCg=="
                     *           }
                     *         ]
                     *       },
                     *       "sealed": "U0FMTFlFTlYAAQABMhKEv18MEBn2TMMhfbc2BvWy1uYPlHfjEMKYLaqmyRNsEIoXd8WUfkSPo31oF0VX7pVGcAE7qfcx5wDsDEeOOc37LAJ7RLADSf/iBdjrWL75b7KqXC5g9lglwFPO3Q3LUFp/3Kw8MN8KGHFUWit1J7/wxag/vmHgMIGU+OuNsPEGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgZY7pmgnbLwRU/lR+Se7vwoOdq0wdkaqOaCYMHNUFf2kaMRLynuYkGVXZosKhvvkDdbndYSCuie4Z4CcPTpjNmwmsbme7fytELsP9HdHmAUNIwdXOR2cpRKWYAX+E5msARGmXxZMazCh09sPqdqYIMSg2nEcr02XrfN0Q8Rn1R7KaHEywutL8RCfS2HUwfi9Ljvf54XXLCwo4EDYf6Azm3f7mcoJVS8qr2DJrEjiLA9QKMkeIDFIdvL9Y1fp1gCWVLIF/x/GNo74b601ASOyne1x8e1wICh/ibindPSSDrdicpt5MdMPl6Hbw1WBBFEUm/ZyZT0CDX6ZrrVIcTa6wRHhuCyaFbyl5IHyBq72cPl+41STTlxRDGKIQetCPhblFAWUtCFYjFmAjZgDL00fcFa"
                     *     }
                     */
                    "application/json": components["schemas"]["PipelineRecord"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json.pool_unknown"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["conflict.trust_missing"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch.document_invalid.signature_invalid.signer_not_allowed.connection_unknown.pipeline_invalid"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000005 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-0000000000aa",
                     *       "pipeline_id": "0193509f-6e00-7000-8000-000000000005",
                     *       "url": "https://edge.example.com/v1/hooks/019a9f3e-7c00-7000-8000-0000000000aa",
                     *       "created": "2026-11-22T12:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    createWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000005 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-0000000000aa",
                     *       "pipeline_id": "0193509f-6e00-7000-8000-000000000005",
                     *       "url": "https://edge.example.com/v1/hooks/019a9f3e-7c00-7000-8000-0000000000aa",
                     *       "created": "2026-11-22T12:00:00.000Z",
                     *       "secret": "sp_whk_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT"
                     *     }
                     */
                    "application/json": components["schemas"]["MadeWebhook"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            409: components["responses"]["already_exists"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    deleteWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000005 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-0000000000aa",
                     *       "pipeline_id": "0193509f-6e00-7000-8000-000000000005",
                     *       "url": "https://edge.example.com/v1/hooks/019a9f3e-7c00-7000-8000-0000000000aa",
                     *       "created": "2026-11-22T12:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    rotateWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000005 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "overlap_hours": 24
                 *     }
                 */
                "application/json": {
                    /** @description For so long the secret before counts as well; 24 unless said. */
                    overlap_hours?: number;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-0000000000aa",
                     *       "pipeline_id": "0193509f-6e00-7000-8000-000000000005",
                     *       "url": "https://edge.example.com/v1/hooks/019a9f3e-7c00-7000-8000-0000000000aa",
                     *       "created": "2026-11-22T12:00:00.000Z",
                     *       "rotated": "2026-11-23T12:00:00.000Z",
                     *       "older_until": "2026-11-24T12:00:00.000Z",
                     *       "secret": "sp_whk_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT"
                     *     }
                     */
                    "application/json": components["schemas"]["MadeWebhook"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listPools: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "name": "default",
                     *           "agents": {
                     *             "pending": 1,
                     *             "approved": 0
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Pool"][];
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listProjects: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
                workspace?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "019a9f3e-7c00-7000-8000-000000000004",
                     *           "workspace": "019a9f3e-7c00-7000-8000-000000000003",
                     *           "name": "default",
                     *           "environment": "other",
                     *           "production": false,
                     *           "created": "2026-11-22T08:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Project"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    createProject: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "workspace": "019a9f3e-7c00-7000-8000-000000000003",
                 *       "name": "ads"
                 *     }
                 */
                "application/json": components["schemas"]["NewProject"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000004",
                     *       "workspace": "019a9f3e-7c00-7000-8000-000000000003",
                     *       "name": "ads",
                     *       "environment": "other",
                     *       "production": false,
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Project"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["already_exists"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["limit_reached"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getProject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 019a9f3e-7c00-7000-8000-000000000004 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000004",
                     *       "workspace": "019a9f3e-7c00-7000-8000-000000000003",
                     *       "name": "default",
                     *       "environment": "other",
                     *       "production": false,
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Project"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    removeProject: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the approval that another person gave to this very request. `ask`, or `ask` and that id, asks only: 204 where the request may happen as far as approvals go. Nothing is done then. */
                Approval?: components["parameters"]["ApprovalId"];
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-000000000004 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000004",
                     *       "workspace": "019a9f3e-7c00-7000-8000-000000000003",
                     *       "name": "default",
                     *       "environment": "other",
                     *       "production": false,
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Asked only (`Approval: ask`): it needs no other person, or has their approval. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.approval_required.origin_refused"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listIndexes: {
        parameters: {
            query?: {
                /**
                 * @description The highest number that the caller has.
                 * @example 0
                 */
                after?: string;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000002 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "project": "0193509f-6e00-7000-8000-000000000002",
                     *           "number": 1,
                     *           "hash": "f555746f8662ab493bc3ea22610f1a6cc89fc569396194a2004c15134d4ef6ae",
                     *           "document": {
                     *             "payloadType": "application/vnd.sallyport.index.v1+json",
                     *             "payload": "eyJ0eXBlIjoiaW5kZXgiLCJ0ZW5hbnQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDEiLCJwcm9qZWN0IjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAyIiwicHJvamVjdF9uYW1lIjoiZGVmYXVsdCIsIm51bWJlciI6MSwicHJldmlvdXMiOm51bGwsImlzc3VlZCI6IjIwMjYtMTEtMjJUMDk6MDA6MDAuMDAwWiIsImVudHJpZXMiOnsiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAzIjp7ImtpbmQiOiJjb25uZWN0aW9uIiwibmFtZSI6InNob3AiLCJ2ZXJzaW9uIjoxLCJoYXNoIjoiMjFlZmI2Zjc2ODhiMjU3ZjFjNTI4NjM3NDhkYTUwN2YyY2EzZDk2NzM0YThlMTAyZjg2YTgwNDdkZTg5NzQ5ZiJ9LCIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDQiOnsia2luZCI6ImNvbm5lY3Rpb24iLCJuYW1lIjoid2FyZWhvdXNlIiwidmVyc2lvbiI6MSwiaGFzaCI6IjkyNzJiZjJhYmExZDg3YmQ4MGJhZGJjMTNjYWM3MWM1OGQ0ZDA5NjFhMWYyMTQ3NjQ5MDY2ZWQ1NWQ0N2NlMmIifSwiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDA1Ijp7ImtpbmQiOiJwaXBlbGluZSIsIm5hbWUiOiJvcmRlcnMiLCJ2ZXJzaW9uIjoxLCJoYXNoIjoiZWMwOTM5NTNmM2ZjOGZmYjU4YjJmZTJmYTBmZTg1YTQ5N2I0MGQwZWZhZjQwMjBmZjA2Mjk4OWY1YjkzM2MzNyJ9fX0=",
                     *             "signatures": [
                     *               {
                     *                 "keyid": "6a3803d5f059902a1c6dafbc9ba47292",
                     *                 "sig": "FQOvCyvtiZHfq7xqVP8USXBJO1nhoNBRgaxKuW8HYX4B31HN7avenKqSHHEkG66wbo4RI6BNw8jeHyFQhO8IAA=="
                     *               }
                     *             ]
                     *           },
                     *           "created": "2026-11-22T09:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["IndexRecord"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    publishIndex: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000002 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "document": {
                 *         "payloadType": "application/vnd.sallyport.index.v1+json",
                 *         "payload": "eyJ0eXBlIjoiaW5kZXgiLCJ0ZW5hbnQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDEiLCJwcm9qZWN0IjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAyIiwicHJvamVjdF9uYW1lIjoiZGVmYXVsdCIsIm51bWJlciI6MSwicHJldmlvdXMiOm51bGwsImlzc3VlZCI6IjIwMjYtMTEtMjJUMDk6MDA6MDAuMDAwWiIsImVudHJpZXMiOnsiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAzIjp7ImtpbmQiOiJjb25uZWN0aW9uIiwibmFtZSI6InNob3AiLCJ2ZXJzaW9uIjoxLCJoYXNoIjoiMjFlZmI2Zjc2ODhiMjU3ZjFjNTI4NjM3NDhkYTUwN2YyY2EzZDk2NzM0YThlMTAyZjg2YTgwNDdkZTg5NzQ5ZiJ9LCIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDQiOnsia2luZCI6ImNvbm5lY3Rpb24iLCJuYW1lIjoid2FyZWhvdXNlIiwidmVyc2lvbiI6MSwiaGFzaCI6IjkyNzJiZjJhYmExZDg3YmQ4MGJhZGJjMTNjYWM3MWM1OGQ0ZDA5NjFhMWYyMTQ3NjQ5MDY2ZWQ1NWQ0N2NlMmIifSwiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDA1Ijp7ImtpbmQiOiJwaXBlbGluZSIsIm5hbWUiOiJvcmRlcnMiLCJ2ZXJzaW9uIjoxLCJoYXNoIjoiZWMwOTM5NTNmM2ZjOGZmYjU4YjJmZTJmYTBmZTg1YTQ5N2I0MGQwZWZhZjQwMjBmZjA2Mjk4OWY1YjkzM2MzNyJ9fX0=",
                 *         "signatures": [
                 *           {
                 *             "keyid": "6a3803d5f059902a1c6dafbc9ba47292",
                 *             "sig": "FQOvCyvtiZHfq7xqVP8USXBJO1nhoNBRgaxKuW8HYX4B31HN7avenKqSHHEkG66wbo4RI6BNw8jeHyFQhO8IAA=="
                 *           }
                 *         ]
                 *       }
                 *     }
                 */
                "application/json": {
                    document: components["schemas"]["Dsse"];
                };
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "project": "0193509f-6e00-7000-8000-000000000002",
                     *       "number": 1,
                     *       "hash": "f555746f8662ab493bc3ea22610f1a6cc89fc569396194a2004c15134d4ef6ae",
                     *       "document": {
                     *         "payloadType": "application/vnd.sallyport.index.v1+json",
                     *         "payload": "eyJ0eXBlIjoiaW5kZXgiLCJ0ZW5hbnQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDEiLCJwcm9qZWN0IjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAyIiwicHJvamVjdF9uYW1lIjoiZGVmYXVsdCIsIm51bWJlciI6MSwicHJldmlvdXMiOm51bGwsImlzc3VlZCI6IjIwMjYtMTEtMjJUMDk6MDA6MDAuMDAwWiIsImVudHJpZXMiOnsiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAzIjp7ImtpbmQiOiJjb25uZWN0aW9uIiwibmFtZSI6InNob3AiLCJ2ZXJzaW9uIjoxLCJoYXNoIjoiMjFlZmI2Zjc2ODhiMjU3ZjFjNTI4NjM3NDhkYTUwN2YyY2EzZDk2NzM0YThlMTAyZjg2YTgwNDdkZTg5NzQ5ZiJ9LCIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDQiOnsia2luZCI6ImNvbm5lY3Rpb24iLCJuYW1lIjoid2FyZWhvdXNlIiwidmVyc2lvbiI6MSwiaGFzaCI6IjkyNzJiZjJhYmExZDg3YmQ4MGJhZGJjMTNjYWM3MWM1OGQ0ZDA5NjFhMWYyMTQ3NjQ5MDY2ZWQ1NWQ0N2NlMmIifSwiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDA1Ijp7ImtpbmQiOiJwaXBlbGluZSIsIm5hbWUiOiJvcmRlcnMiLCJ2ZXJzaW9uIjoxLCJoYXNoIjoiZWMwOTM5NTNmM2ZjOGZmYjU4YjJmZTJmYTBmZTg1YTQ5N2I0MGQwZWZhZjQwMjBmZjA2Mjk4OWY1YjkzM2MzNyJ9fX0=",
                     *         "signatures": [
                     *           {
                     *             "keyid": "6a3803d5f059902a1c6dafbc9ba47292",
                     *             "sig": "FQOvCyvtiZHfq7xqVP8USXBJO1nhoNBRgaxKuW8HYX4B31HN7avenKqSHHEkG66wbo4RI6BNw8jeHyFQhO8IAA=="
                     *           }
                     *         ]
                     *       },
                     *       "created": "2026-11-22T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["IndexRecord"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["conflict.trust_missing"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch.document_invalid.signature_invalid.signer_not_allowed"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getIndex: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000002 */
                id: string;
                /** @example latest */
                number: "latest" | string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "project": "0193509f-6e00-7000-8000-000000000002",
                     *       "number": 1,
                     *       "hash": "f555746f8662ab493bc3ea22610f1a6cc89fc569396194a2004c15134d4ef6ae",
                     *       "document": {
                     *         "payloadType": "application/vnd.sallyport.index.v1+json",
                     *         "payload": "eyJ0eXBlIjoiaW5kZXgiLCJ0ZW5hbnQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDEiLCJwcm9qZWN0IjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAyIiwicHJvamVjdF9uYW1lIjoiZGVmYXVsdCIsIm51bWJlciI6MSwicHJldmlvdXMiOm51bGwsImlzc3VlZCI6IjIwMjYtMTEtMjJUMDk6MDA6MDAuMDAwWiIsImVudHJpZXMiOnsiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAzIjp7ImtpbmQiOiJjb25uZWN0aW9uIiwibmFtZSI6InNob3AiLCJ2ZXJzaW9uIjoxLCJoYXNoIjoiMjFlZmI2Zjc2ODhiMjU3ZjFjNTI4NjM3NDhkYTUwN2YyY2EzZDk2NzM0YThlMTAyZjg2YTgwNDdkZTg5NzQ5ZiJ9LCIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDQiOnsia2luZCI6ImNvbm5lY3Rpb24iLCJuYW1lIjoid2FyZWhvdXNlIiwidmVyc2lvbiI6MSwiaGFzaCI6IjkyNzJiZjJhYmExZDg3YmQ4MGJhZGJjMTNjYWM3MWM1OGQ0ZDA5NjFhMWYyMTQ3NjQ5MDY2ZWQ1NWQ0N2NlMmIifSwiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDA1Ijp7ImtpbmQiOiJwaXBlbGluZSIsIm5hbWUiOiJvcmRlcnMiLCJ2ZXJzaW9uIjoxLCJoYXNoIjoiZWMwOTM5NTNmM2ZjOGZmYjU4YjJmZTJmYTBmZTg1YTQ5N2I0MGQwZWZhZjQwMjBmZjA2Mjk4OWY1YjkzM2MzNyJ9fX0=",
                     *         "signatures": [
                     *           {
                     *             "keyid": "6a3803d5f059902a1c6dafbc9ba47292",
                     *             "sig": "FQOvCyvtiZHfq7xqVP8USXBJO1nhoNBRgaxKuW8HYX4B31HN7avenKqSHHEkG66wbo4RI6BNw8jeHyFQhO8IAA=="
                     *           }
                     *         ]
                     *       },
                     *       "created": "2026-11-22T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["IndexRecord"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listProviders: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "019a9f3e-7c00-7000-8000-0000000000e0",
                     *           "name": "Acme",
                     *           "issuer": "https://acme.okta.com",
                     *           "client_id": "0oa1b2c3",
                     *           "claim_rules": [
                     *             {
                     *               "claim": "groups",
                     *               "value": "data",
                     *               "role": "editor"
                     *             }
                     *           ],
                     *           "redirect_uri": "https://edge.example.com/v1/sign-in/019a9f3e-7c00-7000-8000-0000000000e0/callback",
                     *           "created": "2026-11-22T08:00:00.000Z",
                     *           "updated": "2026-11-22T08:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Provider"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    createProvider: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Acme",
                 *       "issuer": "https://acme.okta.com",
                 *       "client_id": "0oa1b2c3",
                 *       "client_secret": "a secret of the provider",
                 *       "claim_rules": [
                 *         {
                 *           "claim": "groups",
                 *           "value": "data",
                 *           "role": "editor"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["NewProvider"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-0000000000e0",
                     *       "name": "Acme",
                     *       "issuer": "https://acme.okta.com",
                     *       "client_id": "0oa1b2c3",
                     *       "claim_rules": [
                     *         {
                     *           "claim": "groups",
                     *           "value": "data",
                     *           "role": "editor"
                     *         }
                     *       ],
                     *       "redirect_uri": "https://edge.example.com/v1/sign-in/019a9f3e-7c00-7000-8000-0000000000e0/callback",
                     *       "created": "2026-11-22T08:00:00.000Z",
                     *       "updated": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Provider"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["already_exists"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            502: components["responses"]["provider_failed"];
            503: components["responses"]["unavailable"];
        };
    };
    getProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 019a9f3e-7c00-7000-8000-0000000000e0 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-0000000000e0",
                     *       "name": "Acme",
                     *       "issuer": "https://acme.okta.com",
                     *       "client_id": "0oa1b2c3",
                     *       "claim_rules": [
                     *         {
                     *           "claim": "groups",
                     *           "value": "data",
                     *           "role": "editor"
                     *         }
                     *       ],
                     *       "redirect_uri": "https://edge.example.com/v1/sign-in/019a9f3e-7c00-7000-8000-0000000000e0/callback",
                     *       "created": "2026-11-22T08:00:00.000Z",
                     *       "updated": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Provider"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    removeProvider: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-0000000000e0 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-0000000000e0",
                     *       "name": "Acme",
                     *       "issuer": "https://acme.okta.com",
                     *       "client_id": "0oa1b2c3",
                     *       "claim_rules": [
                     *         {
                     *           "claim": "groups",
                     *           "value": "data",
                     *           "role": "editor"
                     *         }
                     *       ],
                     *       "redirect_uri": "https://edge.example.com/v1/sign-in/019a9f3e-7c00-7000-8000-0000000000e0/callback",
                     *       "created": "2026-11-22T08:00:00.000Z",
                     *       "updated": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Provider"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    changeProvider: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-0000000000e0 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Acme"
                 *     }
                 */
                "application/json": components["schemas"]["ProviderChange"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-0000000000e0",
                     *       "name": "Acme",
                     *       "issuer": "https://acme.okta.com",
                     *       "client_id": "0oa1b2c3",
                     *       "claim_rules": [
                     *         {
                     *           "claim": "groups",
                     *           "value": "data",
                     *           "role": "editor"
                     *         }
                     *       ],
                     *       "redirect_uri": "https://edge.example.com/v1/sign-in/019a9f3e-7c00-7000-8000-0000000000e0/callback",
                     *       "created": "2026-11-22T08:00:00.000Z",
                     *       "updated": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Provider"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["conflict.already_exists"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getQueue: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "pools": [
                     *         {
                     *           "pool": "default",
                     *           "waiting": 12,
                     *           "held_back": 4,
                     *           "later": 1,
                     *           "oldest": "2026-11-22T09:00:00.000Z",
                     *           "projects": [
                     *             {
                     *               "project": "0193509f-6e00-7000-8000-000000000002",
                     *               "waiting": 12,
                     *               "held_back": 4,
                     *               "later": 1,
                     *               "oldest": "2026-11-22T09:00:00.000Z"
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["QueueState"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listReceipts: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /**
                 * @description Rows of a page; 50 unless said.
                 * @example 50
                 */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "agent": "0193509f-6e00-7000-8000-000000000006",
                     *           "pool": "default",
                     *           "trust": {
                     *             "version": 1,
                     *             "hash": "16d1f4cb850d4f0ad84b12f87640e1ac9cc52eaa01d197add9034d8dd086c8f9"
                     *           },
                     *           "issued": "2026-11-22T09:00:00.000Z",
                     *           "received": "2026-11-22T09:00:00.000Z",
                     *           "receipt": {
                     *             "payloadType": "application/vnd.sallyport.receipt.v1+json",
                     *             "payload": "eyJ0eXBlIjoicmVjZWlwdCIsInRlbmFudCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMSIsInBvb2wiOiJkZWZhdWx0IiwiYWdlbnQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDYiLCJ0cnVzdCI6eyJ2ZXJzaW9uIjoxLCJoYXNoIjoiMTZkMWY0Y2I4NTBkNGYwYWQ4NGIxMmY4NzY0MGUxYWM5Y2M1MmVhYTAxZDE5N2FkZDkwMzRkOGRkMDg2YzhmOSJ9LCJpbmRleCI6eyIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDIiOnsibnVtYmVyIjoxLCJoYXNoIjoiZjU1NTc0NmY4NjYyYWI0OTNiYzNlYTIyNjEwZjFhNmNjODlmYzU2OTM5NjE5NGEyMDA0YzE1MTM0ZDRlZjZhZSJ9fSwia2lkcyI6WyIzMjEyODRiZjVmMGMxMDE5ZjY0Y2MzMjE3ZGI3MzYwNiJdLCJsb2ciOm51bGwsImlzc3VlZCI6IjIwMjYtMTEtMjJUMDk6MDA6MDAuMDAwWiJ9",
                     *             "signatures": [
                     *               {
                     *                 "keyid": "b62e867fa2f33afe62d5d6b1642e1621",
                     *                 "sig": "VSpKV1V2wuW9qtWdAKyVmnwKRbouz2/xtUhC+1UGxgo5pnqYONPwakvZQbJxsxj30HW8clv1rFW+4EMPUJW0Bg=="
                     *               }
                     *             ]
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["ReceiptRecord"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getRetention: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "run_days": 90
                     *     }
                     */
                    "application/json": components["schemas"]["Retention"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    putRetention: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "run_days": 90
                 *     }
                 */
                "application/json": components["schemas"]["Retention"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "run_days": 90
                     *     }
                     */
                    "application/json": components["schemas"]["Retention"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listRewraps: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /**
                 * @description Rows of a page; 50 unless said.
                 * @example 10
                 */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "0193509f-6e00-7000-8000-000000000008",
                     *           "state": "running",
                     *           "total": 10000,
                     *           "done": 2000,
                     *           "refused": 0,
                     *           "remaining": {
                     *             "321284bf5f0c1019f64cc3217db73606": 8000
                     *           },
                     *           "created": "2026-11-22T09:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Rewrap"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            409: components["responses"]["trust_missing"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    startRewrap: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the approval that another person gave to this very request. `ask`, or `ask` and that id, asks only: 204 where the request may happen as far as approvals go. Nothing is done then. */
                Approval?: components["parameters"]["ApprovalId"];
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /** @example {} */
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-7000-8000-000000000008",
                     *       "state": "running",
                     *       "total": 10000,
                     *       "done": 0,
                     *       "refused": 0,
                     *       "remaining": {
                     *         "321284bf5f0c1019f64cc3217db73606": 10000
                     *       },
                     *       "created": "2026-11-22T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Rewrap"];
                };
            };
            /** @description Asked only (`Approval: ask`): it needs no other person, or has their approval. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.approval_required.origin_refused"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["trust_missing"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getRewrap: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000008 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-7000-8000-000000000008",
                     *       "state": "running",
                     *       "total": 10000,
                     *       "done": 2000,
                     *       "refused": 0,
                     *       "remaining": {
                     *         "321284bf5f0c1019f64cc3217db73606": 8000
                     *       },
                     *       "created": "2026-11-22T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Rewrap"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            409: components["responses"]["trust_missing"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    pauseRewrap: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000008 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-7000-8000-000000000008",
                     *       "state": "paused",
                     *       "total": 10000,
                     *       "done": 2000,
                     *       "refused": 0,
                     *       "remaining": {
                     *         "321284bf5f0c1019f64cc3217db73606": 8000
                     *       },
                     *       "created": "2026-11-22T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Rewrap"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict.trust_missing"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    resumeRewrap: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-7000-8000-000000000008 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-7000-8000-000000000008",
                     *       "state": "running",
                     *       "total": 10000,
                     *       "done": 2000,
                     *       "refused": 0,
                     *       "remaining": {
                     *         "321284bf5f0c1019f64cc3217db73606": 8000
                     *       },
                     *       "created": "2026-11-22T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Rewrap"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict.trust_missing"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listRoles: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "019a9f3e-7c00-7000-8000-000000000007",
                     *           "name": "Runner",
                     *           "built_in": false,
                     *           "permissions": [
                     *             "runs.read",
                     *             "runs.write"
                     *           ],
                     *           "created": "2026-11-22T08:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["RoleRecord"][];
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    createRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Runner",
                 *       "permissions": [
                 *         "runs.read",
                 *         "runs.write"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["NewRole"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000007",
                     *       "name": "Runner",
                     *       "built_in": false,
                     *       "permissions": [
                     *         "runs.read",
                     *         "runs.write"
                     *       ],
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["RoleRecord"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["already_exists"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["limit_reached"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    deleteRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-000000000007 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000007"
                     *     }
                     */
                    "application/json": {
                        id: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    changeRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-000000000007 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "permissions": [
                 *         "runs.read"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["RoleChange"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000007",
                     *       "name": "Runner",
                     *       "built_in": false,
                     *       "permissions": [
                     *         "runs.read"
                     *       ],
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["RoleRecord"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["conflict"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getRules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "passwords": "allowed",
                     *       "mfa": "required",
                     *       "mfa_from": [],
                     *       "sso_domains": [
                     *         {
                     *           "domain": "acme.example",
                     *           "provider": "019a9f3e-7c00-7000-8000-0000000000e0"
                     *         }
                     *       ],
                     *       "session": {
                     *         "idle_minutes": 60,
                     *         "absolute_hours": 12
                     *       },
                     *       "approvals": {
                     *         "keys": false,
                     *         "deletion": false
                     *       },
                     *       "agent_approval": "another_person"
                     *     }
                     */
                    "application/json": components["schemas"]["TenantRules"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    putRules: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the approval that another person gave to this very request. `ask`, or `ask` and that id, asks only: 204 where the request may happen as far as approvals go. Nothing is done then. */
                Approval?: components["parameters"]["ApprovalId"];
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "passwords": "allowed",
                 *       "mfa": "required",
                 *       "mfa_from": [],
                 *       "sso_domains": [],
                 *       "session": {
                 *         "idle_minutes": 60,
                 *         "absolute_hours": 12
                 *       },
                 *       "approvals": {
                 *         "keys": false,
                 *         "deletion": false
                 *       },
                 *       "agent_approval": "another_person"
                 *     }
                 */
                "application/json": components["schemas"]["TenantRules"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "passwords": "allowed",
                     *       "mfa": "required",
                     *       "mfa_from": [],
                     *       "sso_domains": [],
                     *       "session": {
                     *         "idle_minutes": 60,
                     *         "absolute_hours": 12
                     *       },
                     *       "approvals": {
                     *         "keys": false,
                     *         "deletion": false
                     *       },
                     *       "agent_approval": "another_person"
                     *     }
                     */
                    "application/json": components["schemas"]["TenantRules"];
                };
            };
            /** @description Asked only (`Approval: ask`): it needs no other person, or has their approval. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.approval_required.origin_refused"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["last_owner"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listRuns: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
                pipeline?: string;
                reason?: string;
                since?: string;
                /** @example running */
                state?: components["schemas"]["RunState"];
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "0193509f-6e00-8000-8000-000000000007",
                     *           "project": "0193509f-6e00-7000-8000-000000000002",
                     *           "pipeline_id": "0193509f-6e00-7000-8000-000000000005",
                     *           "pool": "default",
                     *           "state": "running",
                     *           "trigger": "request",
                     *           "action": "run",
                     *           "priority": 5,
                     *           "attempt": 1,
                     *           "attempts": 4,
                     *           "cancel": false,
                     *           "agent_id": "0193509f-6e00-7000-8000-000000000006",
                     *           "created": "2026-11-22T09:00:00.000Z",
                     *           "started": "2026-11-22T09:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Run"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    createRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "pipeline_id": "0193509f-6e00-7000-8000-000000000005",
                 *       "request": {
                 *         "payloadType": "application/vnd.sallyport.request.v1+json",
                 *         "payload": "eyJ0eXBlIjoicmVxdWVzdCIsInRlbmFudCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMSIsInByb2plY3QiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDIiLCJhY3Rpb24iOiJydW4iLCJwYXJhbWV0ZXJzIjp7fSwicG9vbCI6ImRlZmF1bHQiLCJpbmRleCI6MSwicGlwZWxpbmUiOnsiaWQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDUiLCJoYXNoIjoiZWMwOTM5NTNmM2ZjOGZmYjU4YjJmZTJmYTBmZTg1YTQ5N2I0MGQwZWZhZjQwMjBmZjA2Mjk4OWY1YjkzM2MzNyJ9LCJub25jZSI6IjAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwIiwiaXNzdWVkIjoiMjAyNi0xMS0yMlQwOTowMDowMC4wMDBaIiwiZXhwaXJlcyI6IjIwMjYtMTEtMjJUMDk6MTA6MDAuMDAwWiJ9",
                 *         "signatures": [
                 *           {
                 *             "keyid": "6a3803d5f059902a1c6dafbc9ba47292",
                 *             "sig": "bHHun7bA7f5iC+sd77660bd1xnnybnsRCAWzD0DPB7FU6A0Yz8+QABL5NcAt4x5PZ4C2/QilgZFw5A8auJMmCw=="
                 *           }
                 *         ]
                 *       }
                 *     }
                 */
                "application/json": {
                    parameters?: {
                        [key: string]: string;
                    };
                    pipeline_id: string;
                    priority?: components["schemas"]["Priority"];
                    request?: components["schemas"]["Dsse"];
                };
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-8000-8000-000000000007",
                     *       "project": "0193509f-6e00-7000-8000-000000000002",
                     *       "pipeline_id": "0193509f-6e00-7000-8000-000000000005",
                     *       "pool": "default",
                     *       "state": "queued",
                     *       "trigger": "request",
                     *       "action": "run",
                     *       "priority": 5,
                     *       "attempt": 1,
                     *       "attempts": 4,
                     *       "cancel": false,
                     *       "created": "2026-11-22T09:00:00.000Z",
                     *       "streams": []
                     *     }
                     */
                    "application/json": components["schemas"]["RunRecord"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused.trigger_not_allowed.quota_reached"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["trust_missing"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch.request_mismatch.request_expired.parameter_refused.index_missing.not_in_index.not_at_index.document_invalid.signature_invalid.signer_not_allowed"];
            429: components["responses"]["limit_reached"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 0193509f-6e00-8000-8000-000000000007 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-8000-8000-000000000007",
                     *       "project": "0193509f-6e00-7000-8000-000000000002",
                     *       "pipeline_id": "0193509f-6e00-7000-8000-000000000005",
                     *       "pool": "default",
                     *       "state": "running",
                     *       "trigger": "request",
                     *       "action": "run",
                     *       "priority": 5,
                     *       "attempt": 1,
                     *       "attempts": 4,
                     *       "cancel": false,
                     *       "agent_id": "0193509f-6e00-7000-8000-000000000006",
                     *       "created": "2026-11-22T09:00:00.000Z",
                     *       "started": "2026-11-22T09:00:00.000Z",
                     *       "streams": [
                     *         {
                     *           "index": 0,
                     *           "rows": 10000,
                     *           "bytes": 1048576
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["RunRecord"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    cancelRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-8000-8000-000000000007 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-8000-8000-000000000007",
                     *       "project": "0193509f-6e00-7000-8000-000000000002",
                     *       "pipeline_id": "0193509f-6e00-7000-8000-000000000005",
                     *       "pool": "default",
                     *       "state": "running",
                     *       "trigger": "request",
                     *       "action": "run",
                     *       "priority": 5,
                     *       "attempt": 1,
                     *       "attempts": 4,
                     *       "cancel": true,
                     *       "agent_id": "0193509f-6e00-7000-8000-000000000006",
                     *       "created": "2026-11-22T09:00:00.000Z",
                     *       "started": "2026-11-22T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Run"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listRunLogs: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @example 0193509f-6e00-8000-8000-000000000007 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "fence": 1,
                     *           "document": {
                     *             "payloadType": "application/vnd.sallyport.log.v1+json",
                     *             "payload": "eyJ0eXBlIjoibG9nIiwidGVuYW50IjoiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAxIiwicHJvamVjdCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMiIsInBvb2wiOiJkZWZhdWx0IiwicnVuIjoiMDE5MzUwOWYtNmUwMC04MDAwLTgwMDAtMDAwMDAwMDAwMDA3IiwicGlwZWxpbmUiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDUiLCJhZ2VudCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwNiIsImZlbmNlIjoxLCJjb21taXRtZW50IjoiYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMGMwYzBjMCJ9",
                     *             "signatures": [
                     *               {
                     *                 "keyid": "b62e867fa2f33afe62d5d6b1642e1621",
                     *                 "sig": "lApOAS8rDYj7zXi8bOFDk+OlG8KHSyjezvz5K/1DP0N3W9ShRHS5DDsqE1tCFENqp/FN8yG9A1X6B6fq5Xy0Cg=="
                     *               }
                     *             ]
                     *           },
                     *           "sealed": "U0FMTFlFTlYAAQACMhKEv18MEBn2TMMhfbc2BvWy1uYPlHfjEMKYLaqmyRNsEIoXd8WUfkSPo31oF0VX7pVGcAE7qfcx5wDsDEeOOc37LAJ7RLADSf/iBdjrWL75b7KqXC5g9lglwFPO3Q3L2U12mkdCIJEC1i9llxDb/PWy1uYPlHfjEMKYLaqmyRNsEIoXd8WUfkSPo31oF0VX4/QbHz+YTOizg4hoVO1InHFs/D8BmrH8/m0lwJs5gfSL+IAeWfycRx0IzgtyBK3da+tZ0H30erw8S1I99v9RSZc+a0iHPS+oVM+sXLFDvcMGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgZY7pmgnbLwRU/lR+Se7vwoOdq0wdkaqOaCYMHNUFf2kaMRLynuYkGVXZosKhvvkDdbndYSCuie4Z4CcPTpjNmwmsbme7fytELsP9HdHmAUNIwdXOR2cpRKWYAX+E5msARGmXxZMazCh09sPqdqYIMSg2nEcr02XrfN0Q8Rn1R7KaHEywutL8RCfS2HUwfi9Ljvf54XXLCwo4EDYf6Azm3f7mcoJVS8qr2DJrEjiLA9QKMkeIDFIdvL9Y1fp1gCWVLIF/x/GNo74b601ASOyne1x8e1wICh/ibindPSSDrdicpt5MdMPl6Hbw1WBBFEUm/ZyZT0CDX6ZrrVIcTa6wRHhuCyaFbyl5IHyBq72cPl+41STTlxRDGKIQetCPhblFAWUtCFYjFmAjZgDL00fcFa",
                     *           "created": "2026-11-22T09:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["RunLogRecord"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    redriveRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 0193509f-6e00-8000-8000-000000000007 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "request": {
                 *         "payloadType": "application/vnd.sallyport.request.v1+json",
                 *         "payload": "eyJ0eXBlIjoicmVxdWVzdCIsInRlbmFudCI6IjAxOTM1MDlmLTZlMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMSIsInByb2plY3QiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDIiLCJhY3Rpb24iOiJydW4iLCJwYXJhbWV0ZXJzIjp7fSwicG9vbCI6ImRlZmF1bHQiLCJpbmRleCI6MSwicGlwZWxpbmUiOnsiaWQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDUiLCJoYXNoIjoiZWMwOTM5NTNmM2ZjOGZmYjU4YjJmZTJmYTBmZTg1YTQ5N2I0MGQwZWZhZjQwMjBmZjA2Mjk4OWY1YjkzM2MzNyJ9LCJub25jZSI6ImVlZWVlZWVlZWVlZWVlZWVlZWVlZWVlZWVlZWVlZWVlIiwiaXNzdWVkIjoiMjAyNi0xMS0yMlQwOTowMDowMC4wMDBaIiwiZXhwaXJlcyI6IjIwMjYtMTEtMjJUMDk6MTA6MDAuMDAwWiIsInJlZHJpdmUiOiIwMTkzNTA5Zi02ZTAwLTgwMDAtODAwMC0wMDAwMDAwMDAwMDcifQ==",
                 *         "signatures": [
                 *           {
                 *             "keyid": "6a3803d5f059902a1c6dafbc9ba47292",
                 *             "sig": "BrblyJeNAZ5rYsVTRtKOgdIgsTgpOfACoDiH4WDR+v2duh7Srv/m1ggqirYAWl6jRSHGELkU73SzZhZDQWltBg=="
                 *           }
                 *         ]
                 *       }
                 *     }
                 */
                "application/json": {
                    request?: components["schemas"]["Dsse"];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193509f-6e00-8000-8000-000000000007",
                     *       "project": "0193509f-6e00-7000-8000-000000000002",
                     *       "pipeline_id": "0193509f-6e00-7000-8000-000000000005",
                     *       "pool": "default",
                     *       "state": "queued",
                     *       "trigger": "request",
                     *       "action": "run",
                     *       "priority": 5,
                     *       "attempt": 1,
                     *       "attempts": 4,
                     *       "cancel": false,
                     *       "created": "2026-11-22T09:00:00.000Z",
                     *       "redriven": 1
                     *     }
                     */
                    "application/json": components["schemas"]["Run"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["attempts_used.run_not_ended.trust_missing"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch.request_mismatch.request_expired.index_missing.not_in_index.not_at_index.document_invalid.signature_invalid.signer_not_allowed"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getRunTimeline: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 0193509f-6e00-8000-8000-000000000007 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "run": "0193509f-6e00-8000-8000-000000000007",
                     *       "state": "leased",
                     *       "events": [
                     *         {
                     *           "at": "2026-11-22T09:00:00.000Z",
                     *           "kind": "created"
                     *         },
                     *         {
                     *           "at": "2026-11-22T09:00:00.000Z",
                     *           "kind": "claimed",
                     *           "agent_id": "0193509f-6e00-7000-8000-000000000006",
                     *           "fence": 1
                     *         },
                     *         {
                     *           "at": "2026-11-22T09:00:00.000Z",
                     *           "kind": "started",
                     *           "agent_id": "0193509f-6e00-7000-8000-000000000006",
                     *           "fence": 1
                     *         },
                     *         {
                     *           "at": "2026-11-22T09:00:00.000Z",
                     *           "kind": "failed",
                     *           "agent_id": "0193509f-6e00-7000-8000-000000000006",
                     *           "fence": 1,
                     *           "code": "connection_lost"
                     *         },
                     *         {
                     *           "at": "2026-11-22T09:00:00.000Z",
                     *           "kind": "claimed",
                     *           "agent_id": "0193509f-6e00-7000-8000-000000000006",
                     *           "fence": 2
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["RunTimeline"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listSchedules: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "pipeline_id": "0193509f-6e00-7000-8000-000000000005",
                     *           "name": "orders",
                     *           "project": "0193509f-6e00-7000-8000-000000000002",
                     *           "cron": "0 6 * * *",
                     *           "timezone": "Europe/Berlin",
                     *           "overlap": "skip",
                     *           "catch_up": "last",
                     *           "next": "2026-11-23T05:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["ScheduleSummary"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listSessions: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "019a9f3e-7c00-7000-8000-000000000050",
                     *           "current": true,
                     *           "methods": [
                     *             {
                     *               "method": "password",
                     *               "at": "2026-11-22T08:00:00.000Z"
                     *             }
                     *           ],
                     *           "agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
                     *           "network": "192.0.2.7",
                     *           "tenant": "019a9f3e-7c00-7000-8000-000000000000",
                     *           "created": "2026-11-22T08:00:00.000Z",
                     *           "seen": "2026-11-22T08:00:00.000Z",
                     *           "ends": "2026-11-22T20:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Session"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "ada@example.com",
                 *       "password": "gravel-otter-sundial"
                 *     }
                 */
                "application/json": components["schemas"]["PasswordSignIn"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "next": "done"
                     *     }
                     */
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["sign_in_failed"];
            403: components["responses"]["origin_refused"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-000000000050 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /** @example {} */
                    "application/json": components["schemas"]["Nothing"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    signOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /** @example {} */
                    "application/json": components["schemas"]["Nothing"];
                };
            };
            400: components["responses"]["invalid_request"];
            403: components["responses"]["origin_refused"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    startPasskeySignIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "challenge": "bXlfY2hhbGxlbmdlX29mX3RoaXJ0eV90d29fYnl0ZXM",
                     *       "rpId": "sallyport.example.com",
                     *       "timeout": 300000,
                     *       "allowCredentials": [],
                     *       "userVerification": "required"
                     *     }
                     */
                    "application/json": components["schemas"]["PasskeyRequestOptions"];
                };
            };
            400: components["responses"]["invalid_request"];
            403: components["responses"]["origin_refused"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    signInByPasskey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "credential": {
                 *         "id": "AYhBl1gkR2aRBk0lHnVqGw",
                 *         "rawId": "AYhBl1gkR2aRBk0lHnVqGw",
                 *         "type": "public-key",
                 *         "response": {
                 *           "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0",
                 *           "authenticatorData": "SZYN5YgOjGh0NBcPZHZgW4",
                 *           "signature": "MEUCIQD_signature"
                 *         }
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["PasskeyShown"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "next": "done"
                     *     }
                     */
                    "application/json": components["schemas"]["SecondFactorShown"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["sign_in_failed"];
            403: components["responses"]["origin_refused"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    showSecondFactor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "method": "totp",
                 *       "code": "287082"
                 *     }
                 */
                "application/json": components["schemas"]["SecondFactor"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "next": "done"
                     *     }
                     */
                    "application/json": components["schemas"]["SecondFactorShown"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated.sign_in_failed"];
            403: components["responses"]["origin_refused"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    startSecondFactor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "challenge": "bXlfY2hhbGxlbmdlX29mX3RoaXJ0eV90d29fYnl0ZXM",
                     *       "rpId": "sallyport.example.com",
                     *       "timeout": 300000,
                     *       "allowCredentials": [],
                     *       "userVerification": "required"
                     *     }
                     */
                    "application/json": components["schemas"]["PasskeyRequestOptions"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["origin_refused"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    chooseTenant: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "tenant": "019a9f3e-7c00-7000-8000-000000000000"
                 *     }
                 */
                "application/json": components["schemas"]["TenantChoice"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "tenant": "019a9f3e-7c00-7000-8000-000000000000",
                     *       "member": "019a9f3e-7c00-7000-8000-000000000050"
                     *     }
                     */
                    "application/json": components["schemas"]["ChosenTenant"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused.sign_in_not_enough"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getSetup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "next": "done"
                     *     }
                     */
                    "application/json": components["schemas"]["Setup"];
                };
            };
            400: components["responses"]["invalid_request"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    setUp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "tenant": {
                 *         "id": "019a9f3e-7c00-7000-8000-000000000000",
                 *         "name": "Acme"
                 *       },
                 *       "person": {
                 *         "name": "Ada Lovelace"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["NewTenant"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "tenant": {
                     *         "id": "019a9f3e-7c00-7000-8000-000000000000",
                     *         "name": "Acme",
                     *         "log_key": "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=",
                     *         "created": "2026-11-22T08:00:00.000Z"
                     *       },
                     *       "member": {
                     *         "id": "019a9f3e-7c00-7000-8000-000000000002",
                     *         "name": "Ada Lovelace",
                     *         "kind": "person",
                     *         "role": "owner",
                     *         "state": "active",
                     *         "created": "2026-11-22T08:00:00.000Z"
                     *       },
                     *       "token": "sp_pat_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT"
                     *     }
                     */
                    "application/json": components["schemas"]["CreatedTenant"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["origin_refused"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["already_exists"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    finishProviderSignIn: {
        parameters: {
            query?: {
                /** @example BBBB */
                code?: string;
                error?: string;
                iss?: string;
                /** @example AAAA */
                state?: string;
            };
            header?: never;
            path: {
                /** @example google */
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /** @example {} */
                    "application/json": Record<string, never>;
                };
            };
            400: components["responses"]["invalid_request"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict.already_exists"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    startProviderSignIn: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example google */
                provider: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "next": "/console"
                 *     }
                 */
                "application/json": {
                    next?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "location": "https://accounts.google.com/o/oauth2/v2/auth?response_type=code&…"
                     *     }
                     */
                    "application/json": components["schemas"]["SignInStart"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            403: components["responses"]["origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["conflict"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["too_many_requests"];
            500: components["responses"]["internal"];
            502: components["responses"]["provider_failed"];
            503: components["responses"]["unavailable"];
        };
    };
    listSignInProviders: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "google",
                     *           "name": "Google"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["SignInProvider"][];
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    findSignInProviders: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "grace@example.com"
                 *     }
                 */
                "application/json": {
                    email: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "google",
                     *           "name": "Google"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["SignInProvider"][];
                    };
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            403: components["responses"]["origin_refused"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getTenant: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000000",
                     *       "name": "Acme",
                     *       "log_key": "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=",
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    deleteTenant: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the approval that another person gave to this very request. `ask`, or `ask` and that id, asks only: 204 where the request may happen as far as approvals go. Nothing is done then. */
                Approval?: components["parameters"]["ApprovalId"];
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Acme"
                 *     }
                 */
                "application/json": components["schemas"]["TenantDeletion"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000000",
                     *       "name": "Acme",
                     *       "log_key": "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=",
                     *       "created": "2026-11-22T08:00:00.000Z",
                     *       "closing": "2026-11-22T09:00:00.000Z",
                     *       "erase_at": "2026-12-22T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            /** @description Asked only (`Approval: ask`): it needs no other person, or has their approval. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.approval_required.origin_refused.tenant_closing"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["conflict"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    changeTenant: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Acme Ltd"
                 *     }
                 */
                "application/json": components["schemas"]["TenantChange"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000000",
                     *       "name": "Acme Ltd",
                     *       "log_key": "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=",
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["conflict"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    exportTenant: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {"export":{"v":1,"tenant":"019a9f3e-7c00-7000-8000-000000000000","time":"2026-11-22T08:00:00.000Z"}}
                     *     {"table":"project","row":{"id":"019a9f3e-7c00-7000-8000-000000000004","name":"default"}}
                     *     {"end":{"rows":{"project":1}}}
                     */
                    "application/jsonl": string;
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    transferOwner: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "member": "019a9f3e-7c00-7000-8000-000000000006"
                 *     }
                 */
                "application/json": components["schemas"]["NewOwner"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "from": "019a9f3e-7c00-7000-8000-000000000002",
                     *       "to": "019a9f3e-7c00-7000-8000-000000000006"
                     *     }
                     */
                    "application/json": components["schemas"]["OwnerChange"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["conflict"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    restoreTenant: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000000",
                     *       "name": "Acme",
                     *       "log_key": "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=",
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            409: components["responses"]["conflict"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listTenants: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
                /** @description This one alone. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "019a9f3e-7c00-7000-8000-000000000000",
                     *           "name": "Acme",
                     *           "created": "2026-11-22T08:00:00.000Z",
                     *           "usage": {
                     *             "members": 12,
                     *             "agents": 3,
                     *             "connections": 8,
                     *             "pipelines": 20,
                     *             "runs_today": 480,
                     *             "runs_waiting": 2
                     *           },
                     *           "quotas": {
                     *             "members": 20
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["OperatedTenant"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    createTenant: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "tenant": {
                 *         "id": "019a9f3e-7c00-7000-8000-000000000000",
                 *         "name": "Acme"
                 *       },
                 *       "person": {
                 *         "name": "Ada Lovelace"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["NewTenant"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "tenant": {
                     *         "id": "019a9f3e-7c00-7000-8000-000000000000",
                     *         "name": "Acme",
                     *         "log_key": "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=",
                     *         "created": "2026-11-22T08:00:00.000Z"
                     *       },
                     *       "member": {
                     *         "id": "019a9f3e-7c00-7000-8000-000000000002",
                     *         "name": "Ada Lovelace",
                     *         "kind": "person",
                     *         "role": "owner",
                     *         "state": "active",
                     *         "created": "2026-11-22T08:00:00.000Z"
                     *       },
                     *       "token": "sp_pat_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT"
                     *     }
                     */
                    "application/json": components["schemas"]["CreatedTenant"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["already_exists"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    setTenantQuotas: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "tenant": "019a9f3e-7c00-7000-8000-000000000000",
                 *       "quotas": {
                 *         "members": 20
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["TenantQuotas"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000000",
                     *       "name": "Acme",
                     *       "created": "2026-11-22T08:00:00.000Z",
                     *       "usage": {
                     *         "members": 12,
                     *         "agents": 3,
                     *         "connections": 8,
                     *         "pipelines": 20,
                     *         "runs_today": 480,
                     *         "runs_waiting": 2
                     *       },
                     *       "quotas": {
                     *         "members": 20
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OperatedTenant"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    resumeTenant: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "tenant": "019a9f3e-7c00-7000-8000-000000000000"
                 *     }
                 */
                "application/json": components["schemas"]["OfTenant"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000000",
                     *       "name": "Acme",
                     *       "created": "2026-11-22T08:00:00.000Z",
                     *       "usage": {
                     *         "members": 12,
                     *         "agents": 3,
                     *         "connections": 8,
                     *         "pipelines": 20,
                     *         "runs_today": 480,
                     *         "runs_waiting": 2
                     *       },
                     *       "quotas": {
                     *         "members": 20
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OperatedTenant"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["conflict"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    suspendTenant: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "tenant": "019a9f3e-7c00-7000-8000-000000000000"
                 *     }
                 */
                "application/json": components["schemas"]["OfTenant"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000000",
                     *       "name": "Acme",
                     *       "created": "2026-11-22T08:00:00.000Z",
                     *       "usage": {
                     *         "members": 12,
                     *         "agents": 3,
                     *         "connections": 8,
                     *         "pipelines": 20,
                     *         "runs_today": 480,
                     *         "runs_waiting": 2
                     *       },
                     *       "quotas": {
                     *         "members": 20
                     *       },
                     *       "suspended": "2026-11-22T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["OperatedTenant"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["conflict"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listTokens: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "019a9f3e-7c00-7000-8000-000000000005",
                     *           "member": "019a9f3e-7c00-7000-8000-000000000002",
                     *           "name": "laptop",
                     *           "sort": "personal",
                     *           "created": "2026-11-22T08:00:00.000Z",
                     *           "expires": "2027-02-20T08:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Token"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    createToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "ci",
                 *       "scopes": [
                 *         "runs.read"
                 *       ],
                 *       "networks": [
                 *         "192.0.2.0/24"
                 *       ],
                 *       "expires_in_days": 30
                 *     }
                 */
                "application/json": components["schemas"]["NewToken"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000005",
                     *       "member": "019a9f3e-7c00-7000-8000-000000000002",
                     *       "name": "laptop",
                     *       "sort": "personal",
                     *       "created": "2026-11-22T08:00:00.000Z",
                     *       "expires": "2027-02-20T08:00:00.000Z",
                     *       "scopes": [
                     *         "runs.read"
                     *       ],
                     *       "networks": [
                     *         "192.0.2.0/24"
                     *       ],
                     *       "token": "sp_pat_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT"
                     *     }
                     */
                    "application/json": components["schemas"]["CreatedToken"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    revokeToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-000000000005 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000005",
                     *       "member": "019a9f3e-7c00-7000-8000-000000000002",
                     *       "name": "laptop",
                     *       "sort": "personal",
                     *       "created": "2026-11-22T08:00:00.000Z",
                     *       "expires": "2027-02-20T08:00:00.000Z",
                     *       "revoked": "2026-11-23T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Token"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    rotateToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-000000000005 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "overlap_minutes": 60
                 *     }
                 */
                "application/json": components["schemas"]["TokenRotation"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000005",
                     *       "member": "019a9f3e-7c00-7000-8000-000000000002",
                     *       "name": "laptop",
                     *       "sort": "personal",
                     *       "created": "2026-11-22T08:00:00.000Z",
                     *       "expires": "2027-02-20T08:00:00.000Z",
                     *       "token": "sp_pat_0123456789ABCDEFGHIJKLMNOPQRST3mXgqT"
                     *     }
                     */
                    "application/json": components["schemas"]["CreatedToken"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["conflict"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    revokeCurrentToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000005",
                     *       "member": "019a9f3e-7c00-7000-8000-000000000002",
                     *       "name": "laptop",
                     *       "sort": "personal",
                     *       "created": "2026-11-22T08:00:00.000Z",
                     *       "expires": "2027-02-20T08:00:00.000Z",
                     *       "revoked": "2026-11-23T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Token"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listTrust: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "version": 1,
                     *           "hash": "16d1f4cb850d4f0ad84b12f87640e1ac9cc52eaa01d197add9034d8dd086c8f9",
                     *           "issued": "2026-11-22T09:00:00.000Z",
                     *           "expires": "2027-11-22T09:00:00.000Z",
                     *           "created": "2026-11-22T09:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["TrustSummary"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    publishTrust: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the approval that another person gave to this very request. `ask`, or `ask` and that id, asks only: 204 where the request may happen as far as approvals go. Nothing is done then. */
                Approval?: components["parameters"]["ApprovalId"];
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "document": {
                 *         "payloadType": "application/vnd.sallyport.trust.v1+json",
                 *         "payload": "eyJ0eXBlIjoidHJ1c3QiLCJ0ZW5hbnQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDEiLCJ2ZXJzaW9uIjoxLCJwcmV2aW91cyI6bnVsbCwiaXNzdWVkIjoiMjAyNi0xMS0yMlQwOTowMDowMC4wMDBaIiwiZXhwaXJlcyI6IjIwMjctMTEtMjJUMDk6MDA6MDAuMDAwWiIsInJvb3RzIjp7ImtleXMiOlsiaW9qajNYUUo4Wlg5VXRzdFBMcGRjc3BuQ2I4ZGxCSWI4M1NJQWJRUGIxdz0iXSwidGhyZXNob2xkIjoxfSwicG9vbHMiOlt7Im5hbWUiOiJkZWZhdWx0Iiwia2V5IjoiN1Vrb3hpalJ3c2JxNlFNNGtGbVZZU2xaSnpwY1kvazJOc0ZHRkt5SE45RT0iLCJlbnJvbG1lbnQiOiJwb29sX2tleSJ9XSwic2VhbGluZ19rZXlzIjpbeyJraWQiOiIzMjEyODRiZjVmMGMxMDE5ZjY0Y2MzMjE3ZGI3MzYwNiIsInN1aXRlIjoxLCJwb29sIjoiZGVmYXVsdCIsInB1YmxpYyI6IlVLWVVDYkhkMERKZW14YTNBT2NaNlhjc0J3QUxHOWQ0YnBCOFpUMGdTVjA9Iiwic3RhdGUiOiJhY3RpdmUifV0sInNpZ25lcnMiOlt7ImtleSI6ImdUbDNEcWg5RjE5V28xUm13MHgrek11TmlwRzA3amVpWGZZUFc0L0pzNVE9Iiwib3duZXIiOiJBZGEiLCJtYXkiOlsiY29ubmVjdGlvbnMiLCJwaXBlbGluZXMiLCJwdWJsaXNoIiwicnVucyJdLCJwcm9qZWN0cyI6WyIqIl19XSwicmVhZGVycyI6W3sia2lkIjoiZDk0ZDc2OWE0NzQyMjA5MTAyZDYyZjY1OTcxMGRiZmMiLCJzdWl0ZSI6MSwicHVibGljIjoiTWRTcmFzN3NsaEUza1hBM2syNWdjVytzVnpyK2xObmFoS2dDQkVqZndSST0iLCJvd25lciI6IkdyYWNlIiwicHJvamVjdHMiOlsiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAyIl19XSwibG9nX2tleSI6InlwT3NGd1VZY0hIV2U0UEgvdzcrZ1FqbzdFVXdWMTEzSm9lVE05dmF2bnc9IiwicmVjb3ZlcnkiOm51bGwsInJlbGVhc2VzIjpbXSwicG9saWN5IjpudWxsfQ==",
                 *         "signatures": [
                 *           {
                 *             "keyid": "34750f98bd59fcfc946da45aaabe933b",
                 *             "sig": "RJVcDlaHL3eihkQ7t9xd1aVX68l+taM1AJZkq5kRC/8hln5JGdFUDTUC6o1e9JQTGzXaSQJuW3MmgoDHFlDBCA=="
                 *           }
                 *         ]
                 *       }
                 *     }
                 */
                "application/json": {
                    document: components["schemas"]["Dsse"];
                    policy?: {
                        envelope: string;
                        version: number;
                    };
                };
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "version": 1,
                     *       "hash": "16d1f4cb850d4f0ad84b12f87640e1ac9cc52eaa01d197add9034d8dd086c8f9",
                     *       "document": {
                     *         "payloadType": "application/vnd.sallyport.trust.v1+json",
                     *         "payload": "eyJ0eXBlIjoidHJ1c3QiLCJ0ZW5hbnQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDEiLCJ2ZXJzaW9uIjoxLCJwcmV2aW91cyI6bnVsbCwiaXNzdWVkIjoiMjAyNi0xMS0yMlQwOTowMDowMC4wMDBaIiwiZXhwaXJlcyI6IjIwMjctMTEtMjJUMDk6MDA6MDAuMDAwWiIsInJvb3RzIjp7ImtleXMiOlsiaW9qajNYUUo4Wlg5VXRzdFBMcGRjc3BuQ2I4ZGxCSWI4M1NJQWJRUGIxdz0iXSwidGhyZXNob2xkIjoxfSwicG9vbHMiOlt7Im5hbWUiOiJkZWZhdWx0Iiwia2V5IjoiN1Vrb3hpalJ3c2JxNlFNNGtGbVZZU2xaSnpwY1kvazJOc0ZHRkt5SE45RT0iLCJlbnJvbG1lbnQiOiJwb29sX2tleSJ9XSwic2VhbGluZ19rZXlzIjpbeyJraWQiOiIzMjEyODRiZjVmMGMxMDE5ZjY0Y2MzMjE3ZGI3MzYwNiIsInN1aXRlIjoxLCJwb29sIjoiZGVmYXVsdCIsInB1YmxpYyI6IlVLWVVDYkhkMERKZW14YTNBT2NaNlhjc0J3QUxHOWQ0YnBCOFpUMGdTVjA9Iiwic3RhdGUiOiJhY3RpdmUifV0sInNpZ25lcnMiOlt7ImtleSI6ImdUbDNEcWg5RjE5V28xUm13MHgrek11TmlwRzA3amVpWGZZUFc0L0pzNVE9Iiwib3duZXIiOiJBZGEiLCJtYXkiOlsiY29ubmVjdGlvbnMiLCJwaXBlbGluZXMiLCJwdWJsaXNoIiwicnVucyJdLCJwcm9qZWN0cyI6WyIqIl19XSwicmVhZGVycyI6W3sia2lkIjoiZDk0ZDc2OWE0NzQyMjA5MTAyZDYyZjY1OTcxMGRiZmMiLCJzdWl0ZSI6MSwicHVibGljIjoiTWRTcmFzN3NsaEUza1hBM2syNWdjVytzVnpyK2xObmFoS2dDQkVqZndSST0iLCJvd25lciI6IkdyYWNlIiwicHJvamVjdHMiOlsiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAyIl19XSwibG9nX2tleSI6InlwT3NGd1VZY0hIV2U0UEgvdzcrZ1FqbzdFVXdWMTEzSm9lVE05dmF2bnc9IiwicmVjb3ZlcnkiOm51bGwsInJlbGVhc2VzIjpbXSwicG9saWN5IjpudWxsfQ==",
                     *         "signatures": [
                     *           {
                     *             "keyid": "34750f98bd59fcfc946da45aaabe933b",
                     *             "sig": "RJVcDlaHL3eihkQ7t9xd1aVX68l+taM1AJZkq5kRC/8hln5JGdFUDTUC6o1e9JQTGzXaSQJuW3MmgoDHFlDBCA=="
                     *           }
                     *         ]
                     *       },
                     *       "policy": null,
                     *       "created": "2026-11-22T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["TrustRecord"];
                };
            };
            /** @description Asked only (`Approval: ask`): it needs no other person, or has their approval. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.approval_required.origin_refused"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["conflict.log_key_mismatch"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch.document_invalid.trust_invalid.signature_invalid"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getTrust: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 1 */
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "version": 1,
                     *       "hash": "16d1f4cb850d4f0ad84b12f87640e1ac9cc52eaa01d197add9034d8dd086c8f9",
                     *       "document": {
                     *         "payloadType": "application/vnd.sallyport.trust.v1+json",
                     *         "payload": "eyJ0eXBlIjoidHJ1c3QiLCJ0ZW5hbnQiOiIwMTkzNTA5Zi02ZTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDEiLCJ2ZXJzaW9uIjoxLCJwcmV2aW91cyI6bnVsbCwiaXNzdWVkIjoiMjAyNi0xMS0yMlQwOTowMDowMC4wMDBaIiwiZXhwaXJlcyI6IjIwMjctMTEtMjJUMDk6MDA6MDAuMDAwWiIsInJvb3RzIjp7ImtleXMiOlsiaW9qajNYUUo4Wlg5VXRzdFBMcGRjc3BuQ2I4ZGxCSWI4M1NJQWJRUGIxdz0iXSwidGhyZXNob2xkIjoxfSwicG9vbHMiOlt7Im5hbWUiOiJkZWZhdWx0Iiwia2V5IjoiN1Vrb3hpalJ3c2JxNlFNNGtGbVZZU2xaSnpwY1kvazJOc0ZHRkt5SE45RT0iLCJlbnJvbG1lbnQiOiJwb29sX2tleSJ9XSwic2VhbGluZ19rZXlzIjpbeyJraWQiOiIzMjEyODRiZjVmMGMxMDE5ZjY0Y2MzMjE3ZGI3MzYwNiIsInN1aXRlIjoxLCJwb29sIjoiZGVmYXVsdCIsInB1YmxpYyI6IlVLWVVDYkhkMERKZW14YTNBT2NaNlhjc0J3QUxHOWQ0YnBCOFpUMGdTVjA9Iiwic3RhdGUiOiJhY3RpdmUifV0sInNpZ25lcnMiOlt7ImtleSI6ImdUbDNEcWg5RjE5V28xUm13MHgrek11TmlwRzA3amVpWGZZUFc0L0pzNVE9Iiwib3duZXIiOiJBZGEiLCJtYXkiOlsiY29ubmVjdGlvbnMiLCJwaXBlbGluZXMiLCJwdWJsaXNoIiwicnVucyJdLCJwcm9qZWN0cyI6WyIqIl19XSwicmVhZGVycyI6W3sia2lkIjoiZDk0ZDc2OWE0NzQyMjA5MTAyZDYyZjY1OTcxMGRiZmMiLCJzdWl0ZSI6MSwicHVibGljIjoiTWRTcmFzN3NsaEUza1hBM2syNWdjVytzVnpyK2xObmFoS2dDQkVqZndSST0iLCJvd25lciI6IkdyYWNlIiwicHJvamVjdHMiOlsiMDE5MzUwOWYtNmUwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAyIl19XSwibG9nX2tleSI6InlwT3NGd1VZY0hIV2U0UEgvdzcrZ1FqbzdFVXdWMTEzSm9lVE05dmF2bnc9IiwicmVjb3ZlcnkiOm51bGwsInJlbGVhc2VzIjpbXSwicG9saWN5IjpudWxsfQ==",
                     *         "signatures": [
                     *           {
                     *             "keyid": "34750f98bd59fcfc946da45aaabe933b",
                     *             "sig": "RJVcDlaHL3eihkQ7t9xd1aVX68l+taM1AJZkq5kRC/8hln5JGdFUDTUC6o1e9JQTGzXaSQJuW3MmgoDHFlDBCA=="
                     *           }
                     *         ]
                     *       },
                     *       "policy": null,
                     *       "created": "2026-11-22T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["TrustRecord"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    whoami: {
        parameters: {
            query?: {
                /** @description `permissions` are those held in this project, or with `tenant` those held everywhere. */
                at?: "tenant" | string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "tenant": "019a9f3e-7c00-7000-8000-000000000000",
                     *       "tenant_name": "Acme",
                     *       "member": "019a9f3e-7c00-7000-8000-000000000002",
                     *       "name": "Ada Lovelace",
                     *       "role": "viewer",
                     *       "roles": [
                     *         {
                     *           "role": "viewer",
                     *           "level": "tenant"
                     *         }
                     *       ],
                     *       "token": "019a9f3e-7c00-7000-8000-000000000005",
                     *       "sort": "device",
                     *       "expires": "2026-12-22T08:00:00.000Z",
                     *       "fresh_until": "2026-11-22T08:05:00.000Z",
                     *       "permissions": [
                     *         "runs.read"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Whoami"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    listWorkspaces: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Rows of a page; 50 unless said. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "019a9f3e-7c00-7000-8000-000000000003",
                     *           "name": "default",
                     *           "environment": "other",
                     *           "production": false,
                     *           "created": "2026-11-22T08:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Workspace"][];
                        next_cursor?: string;
                    };
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    createWorkspace: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "marketing"
                 *     }
                 */
                "application/json": components["schemas"]["NewWorkspace"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000003",
                     *       "name": "marketing",
                     *       "environment": "other",
                     *       "production": false,
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Workspace"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["already_exists"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    getWorkspace: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 019a9f3e-7c00-7000-8000-000000000003 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000003",
                     *       "name": "default",
                     *       "environment": "other",
                     *       "production": false,
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Workspace"];
                };
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not_found"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    removeWorkspace: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the approval that another person gave to this very request. `ask`, or `ask` and that id, asks only: 204 where the request may happen as far as approvals go. Nothing is done then. */
                Approval?: components["parameters"]["ApprovalId"];
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-000000000003 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000003",
                     *       "name": "default",
                     *       "environment": "other",
                     *       "production": false,
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Workspace"];
                };
            };
            /** @description Asked only (`Approval: ask`): it needs no other person, or has their approval. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["invalid_request"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.fresh_sign_in_required.approval_required.origin_refused"];
            404: components["responses"]["not_found"];
            409: components["responses"]["conflict"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
    changeWorkspace: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repetition safe: the same key with the same request happens once and is answered alike; with another request it is refused. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                /** @example 019a9f3e-7c00-7000-8000-000000000003 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "environment": "production"
                 *     }
                 */
                "application/json": components["schemas"]["WorkspaceChange"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "019a9f3e-7c00-7000-8000-000000000003",
                     *       "name": "default",
                     *       "environment": "production",
                     *       "production": true,
                     *       "created": "2026-11-22T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Workspace"];
                };
            };
            400: components["responses"]["invalid_request.malformed_json"];
            401: components["responses"]["unauthenticated"];
            403: components["responses"]["forbidden.origin_refused"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["already_exists.conflict"];
            413: components["responses"]["body_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            500: components["responses"]["internal"];
            503: components["responses"]["unavailable"];
        };
    };
}
