"use strict";
// Swagger UI over this server's own description; it asks nobody else (no validator's badge).

SwaggerUIBundle({ url: new URL("../openapi.json", document.currentScript.src).href, dom_id: "#api", deepLinking: true, validatorUrl: null });
