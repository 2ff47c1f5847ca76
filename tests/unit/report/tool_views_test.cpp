// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "report/doctor_view.hpp"
#include "report/json_envelope.hpp"
#include "report/process_list_view.hpp"
#include "report_support.hpp"

namespace tt::alloc_trace::test {
namespace {

std::vector<ProcessListRow> processes() {
    return {
        {4242, 17, "alice", "python3 serve.py", "/usr/lib/ttnn/_ttnn.so", "abcdef0123456789abcdef", {0, 1}, true, "", "",
         ProcessListRow::Container{"podman", std::string(64, 'a'), "web", ""}},
        {77, 0, "bob", "./old\x1b[2J", "/opt/libtt_metal.so", "", {}, false, "stripped: no symbol of the runtime", "install it whole"},
    };
}

TEST(ProcessList, TextAndReasons) {
    EXPECT_EQ(
        render_process_list_text(processes(), {}),
        "      PID  USER   DEVICES  CONTAINER                  TRACEABLE  BUILD-ID      LIBRARY                 COMMAND\n"
        "4242 (17)  alice  0,1      podman web (aaaaaaaaaaaa)  yes        abcdef012345  /usr/lib/ttnn/_ttnn.so  python3 serve.py\n"
        "       77  bob    -        -                          no         -             /opt/libtt_metal.so     ./old\\x1b[2J\n"
        "! pid 77 would not be seen: stripped: no symbol of the runtime; install it whole\n"
    );
    EXPECT_EQ(render_process_list_text({}, {}), "no process found that uses TT-Metal\n");
}

TEST(ProcessList, Json) {
    const nlohmann::ordered_json json = process_list_json(processes(), session());
    EXPECT_EQ(
        json["processes"][0].dump(),
        R"({"pid":4242,"namespace_pid":17,"user":"alice","command":"python3 serve.py","library":"/usr/lib/ttnn/_ttnn.so",)"
        R"("build_id":"abcdef0123456789abcdef","devices":[0,1],"supported":true,"reason":"","what_to_do":"",)"
        R"("container":{"runtime":"podman","id":")" + std::string(64, 'a') + R"(","name":"web","image":""}})"
    );
}

std::vector<DoctorCheck> checks() {
    return {
        {"kernel", CheckOutcome::Ok, "6.1.0: uprobes, BPF ring buffer", ""},
        {"capabilities", CheckOutcome::Failed, "CAP_BPF is missing", "run it with sudo"},
    };
}

TEST(Doctor, TextWithAdviceModulesAndProbes) {
    SessionInfo target = session();
    target.modules = {{"/opt/libtt_metal.so", "abc", "L5", "table, 3 getters agree"}};
    target.probes = {
        {"allocated", "_ZN1x", "/opt/libtt_metal.so", 0x1f2340, "push rbp", true, true, "entry"},
        {"close", "", "", 0, "", false, false, "no such symbol"},
    };
    EXPECT_EQ(
        render_doctor_text(checks(), target, {40, false, true}),
        "ok       kernel: 6.1.0: uprobes, BPF ring buffer\n"
        "failed   capabilities: CAP_BPF is missing\n"
        "         -> run it with sudo\n"
        "\n"
        "modules\n"
        "         /opt/libtt_metal.so, build-id abc\n"
        "         layout L5: table, 3 getters agree\n"
        "\n"
        "probes\n"
        "ok       allocated: _ZN1x at 0x1f2340 (push rbp)\n"
        "         entry\n"
        "warning  close: not attached\n"
        "         no such symbol\n"
        "\n"
        "! cannot trace: see what failed above\n"
    );
}

TEST(Doctor, VerdictIsTheWorst) {
    SessionInfo target;
    EXPECT_EQ(verdict({}, target), CheckOutcome::Ok);
    target.probes = {{"close", "", "", 0, "", false, false, ""}};
    EXPECT_EQ(verdict({}, target), CheckOutcome::Warning);
    target.probes[0].required = true;
    EXPECT_EQ(verdict({}, target), CheckOutcome::Failed);
    EXPECT_EQ(verdict(checks(), {}), CheckOutcome::Failed);
    EXPECT_EQ(doctor_json(checks(), target)["verdict"], "failed");
}

TEST(JsonText, IsAsciiAndSurvivesInvalidUtf8) {
    SessionInfo hostile = session();
    hostile.target =
        "pid \xff \xc2\x9b"
        "2J \x7f";
    const std::string text = json_line(process_list_json(processes(), hostile));
    for (const char c : text) {
        EXPECT_TRUE((c >= ' ' && c < '\x7f') || c == '\n');
    }
    EXPECT_EQ(text.back(), '\n');
    EXPECT_EQ(json_document(nlohmann::ordered_json{{"a", 1}}), "{\n  \"a\": 1\n}\n");
}

}  // namespace
}  // namespace tt::alloc_trace::test
