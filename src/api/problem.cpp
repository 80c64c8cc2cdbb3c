// SPDX-License-Identifier: Apache-2.0
#include "api/problem.h"

#include "api/router.h"

namespace nsl::api {
namespace {

constexpr std::string_view kInternalDetail =
    "the server failed; its log has the cause under this request_id";

struct Kind {
    int status;
    std::string_view name;  // of a refusal; an Error has the name of its code
    std::string_view title;
};

Kind kind_of(Errc code) {
    switch (code) {
        case Errc::invalid_argument:
            return {400, "", "The request is not valid"};
        case Errc::unauthenticated:
            return {401, "", "The request is not signed by who may make it"};
        case Errc::forbidden:
            return {403, "", "The caller may not do this"};
        case Errc::not_found:
            return {404, "", "There is no such thing"};
        case Errc::conflict:
            return {409, "", "The request contradicts the present state"};
        case Errc::insufficient_funds:
            return {402, "", "There is not enough money for this"};
        case Errc::limit_exceeded:
            return {429, "", "A limit is reached"};
        case Errc::unavailable:
            return {503, "", "Something that is needed is not available"};
        case Errc::timeout:
            return {504, "", "Something that is needed took too long"};
        case Errc::internal:
            return {500, "", "The server failed"};
    }
    return {500, "", "The server failed"};
}

Kind kind_of(const Refusal& refusal) {
    switch (refusal.status) {
        case 405:
            return {405, "method_not_allowed", "The path has no such method"};
        case 408:
            return {408, "request_timeout", "The request did not arrive in time"};
        case 413:
            return {413, "content_too_large", "The body is too large"};
        case 431:
            return {431, "header_too_large", "The header is too large"};
        case 505:
            return {505, "version_not_supported", "Only HTTP/1.1 and HTTP/1.0 are spoken here"};
        default:
            return {400, "bad_request", "The request is not HTTP"};
    }
}

std::string document(const Kind& kind, std::string_view name, std::string_view detail,
                     std::string_view request_id, std::string_view instance,
                     const std::vector<Fault>& faults) {
    json::Object out{{"type", problem_type(name)},
                     {"title", kind.title},
                     {"status", kind.status},
                     {"detail", detail}};
    if (!instance.empty()) out["instance"] = instance;
    if (!request_id.empty()) out["request_id"] = request_id;
    if (!faults.empty()) {
        json::Array errors;
        for (const Fault& fault : faults)
            errors.push_back({{"pointer", fault.where}, {"detail", fault.message}});
        out["errors"] = std::move(errors);
    }
    return json::write_value(out);
}

}  // namespace

std::string problem_type(std::string_view name) {
    return "urn:nsl:problem:" + std::string(name);
}

std::string_view problem_title(Errc code) {
    return kind_of(code).title;
}

int http_status(Errc code) {
    return kind_of(code).status;
}

std::string problem(const Error& error, std::string_view request_id, std::string_view instance) {
    // The text of an internal error is for the operator: it may name tables and files.
    const bool hide = error.code == Errc::internal;
    return document(kind_of(error.code), errc_name(error.code),
                    hide ? kInternalDetail : std::string_view(error.message), request_id, instance,
                    hide ? std::vector<Fault>() : error.faults);
}

std::string problem(const Refusal& refusal, std::string_view request_id,
                    std::string_view instance) {
    const Kind kind = kind_of(refusal);
    return document(kind, kind.name, refusal.detail, request_id, instance, {});
}

std::string_view reason_phrase(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 402:
            return "Payment Required";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 413:
            return "Content Too Large";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Internal Server Error";
    }
}

}  // namespace nsl::api
