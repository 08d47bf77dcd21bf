"use strict";
// Swagger UI over this server's own description; it asks nobody else (no validator's badge).

SwaggerUIBundle({ url: "/openapi.json", dom_id: "#api", deepLinking: true, validatorUrl: null });
